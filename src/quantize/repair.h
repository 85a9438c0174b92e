// What is done to a float model's weights, and to the quantized ones' biases, for the sake of static INT8's accuracy.
#pragma once

#include <span>
#include <vector>

#include "ops/op.h"
#include "quantize/quantize.h"

namespace webquant {

/// Cross-layer equalization: where one operator with weights feeds another through RELU, RELU6 or nothing, each channel
/// between them is scaled in the first one's weights and bias, and scaled back in the second one's weights, so that
/// channels use similar shares of what a tensor's one scale covers. The function stays the same, as far as the samples
/// tell: a channel that RELU6 clamped keeps its scale, and no other gets larger than the tensor was.
/// Changes the statistics of the tensors between, too. Pairs without statistics by channel are left alone.
/// Source: Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction"
/// (arXiv:1906.04721), sections 4.1 and 4.2; unlike there, the range of a channel counts as well as that of its
/// weights.
void equalize(Model& model, const QuantSpec& spec, Stats& stats);

/// Bias correction: by how much the mean of each output channel of operator `op` is too large because its weights are
/// rounded: the sum of (quantized - float) weights times the mean of the input channel that they meet. Weights at the
/// rim of a convolution's window meet padding, which is 0, the more often the smaller the input is. Empty when the
/// statistics do not have those means. `rounded`: the weights as they are stored, dequantized. Source: as above,
/// section 4.3, with means from calibration (empirical bias correction) as in its appendix D.
std::vector<double> mean_errors(const Model& model, const Operator& op, const QuantRule& rule,
                                std::span<const float> weights, std::span<const float> rounded,
                                const TensorDetails& input, uint64_t samples);

}  // namespace webquant
