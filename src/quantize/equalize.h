// Cross-layer equalization of a float model's weights, for the sake of static INT8's accuracy.
// Source: Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction"
// (arXiv:1906.04721), sections 4.1 and 4.2; unlike there, the range of a channel counts as well as that of its weights.
#pragma once

#include "calibrate/stats.h"
#include "model/model.h"
#include "quantize/spec.h"

namespace webquant {

/// Cross-layer equalization: where one operator with weights feeds another through RELU, RELU6 or nothing, each channel
/// between them is scaled in the first one's weights and bias, and scaled back in the second one's weights, so that
/// channels use similar shares of what a tensor's one scale covers. The function stays the same, as far as the samples
/// tell: a channel that RELU6 clamped keeps its scale, and no other gets larger than the tensor was.
/// Changes the statistics of the tensors between, too. Pairs without statistics by channel are left alone.
void equalize(Model& model, const QuantSpec& spec, Stats& stats);

}  // namespace webquant
