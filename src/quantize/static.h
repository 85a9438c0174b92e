// Static INT8: integers from end to end, with scales from calibration. The plan decides, this carries it out.
#pragma once

#include "calibrate/stats.h"
#include "model/model.h"
#include "quantize/spec.h"

namespace webquant {

/// Integer forms of all operators that have one and are not excluded; says so in `result.ops`, and adds warnings.
/// Throws missing-stats for a tensor without statistics, invalid-input for statistics that are not finite, or so large
/// that no scale follows from them.
void quantize_static(Model& model, const QuantSpec& spec, const Stats& stats, QuantResult& result);

}  // namespace webquant
