// Biases of integer operators, in steps of input scale x weight scale. Static INT8 uses it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace webquant {

/// Makes weight scales (one, or one a channel) larger where the bias would have so many steps that it might overflow
/// the 32-bit sum that it is added to, or where the steps would be denormal numbers, which kernels refuse. That happens
/// where all weights of a channel are next to nothing, so nothing is lost.
void widen_steps(std::vector<float>& scales, std::span<const float> bias, float input_scale);

/// The bias less `errors` (none, or one a channel; see `mean_errors`) in steps, rounded half away from zero. An error
/// so large that the bias would not fit any more says that the statistics are absurd: that channel keeps its bias.
std::vector<int32_t> integer_bias(std::span<const float> bias, std::span<const double> errors,
                                  std::span<const float> scales, float input_scale);

}  // namespace webquant
