// Static INT8: the real values that int8 forms of tensors have to cover.
#pragma once

#include <vector>

#include "calibrate/stats.h"
#include "quantize/spec.h"

namespace webquant {

/// By tensor, for those that are `wanted`: the range of a constant, or the one that calibration chose for an
/// activation, without what makes no difference:
/// - values that a clamp in the operator that makes the tensor, or in an ADD that alone reads it, takes away;
/// - padding for the sake of a MAX_POOL_2D, below all that it pads: saturated, it still loses against any other value.
///   Infinite padding has no other int8 form than that in any case.
/// Throws missing-stats for a tensor without statistics, invalid-input for statistics that are not finite.
std::vector<Range> activation_ranges(const Model& model, const QuantSpec& spec, const Stats& stats,
                                     const std::vector<bool>& wanted);

}  // namespace webquant
