// What statistics tell of trouble ahead.
#pragma once

#include <string>
#include <vector>

#include "calibrate/stats.h"
#include "model/model.h"

namespace webquant {

/// One sentence for each of: few samples; samples that the model does not seem to be made for; channels that never
/// change; a range that one sample or one channel sets. Each names the tensor or operator. What needs
/// `Stats::details` is left out without them.
std::vector<std::string> calibration_warnings(const Model& model, const Stats& stats);

}  // namespace webquant
