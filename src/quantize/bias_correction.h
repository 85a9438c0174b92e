// Bias correction: what the rounding of weights adds to the mean of each output channel is taken out of its bias.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "calibrate/stats.h"
#include "model/model.h"
#include "ops/op.h"

namespace webquant {

/// Bias correction: by how much the mean of each output channel of operator `op` is too large because its weights are
/// rounded: the sum of (quantized - float) weights times the mean of the input channel that they meet. Weights at the
/// rim of a convolution's window meet padding, which is 0, the more often the smaller the input is. Empty when the
/// statistics do not have those means. `rounded`: the weights as they are stored, dequantized. Source: Nagel et al.
/// 2019 (arXiv:1906.04721), section 4.3, with means from calibration (empirical bias correction) as in its appendix D.
std::vector<double> mean_errors(const Model& model, const Operator& op, const QuantRule& rule,
                                std::span<const float> weights, std::span<const float> rounded,
                                const TensorDetails& input, uint64_t samples);

}  // namespace webquant
