#include "quantize/constants.h"

#include <cmath>

#include "base/quant_math.h"
#include "calibrate/stats.h"

namespace webquant {

bool is_float_constant(const Model& model, const Operator& op, int slot) {
  if (slot < 0 || static_cast<size_t>(slot) >= op.inputs.size() || op.inputs[slot] < 0) return false;
  const Tensor& tensor = *graph(model).tensors[op.inputs[slot]];
  return tensor.type == DType::FLOAT32 && !tensor.sparsity && is_constant(model, tensor);
}

std::vector<float> weight_scales(const Model& model, const Tensor& weights, int channel_axis, bool per_channel) {
  const auto values = constant_values<float>(model, weights);
  min_max(values, text("constant \"", weights.name, "\""));  // refuses NaN and infinities
  const ChannelView view = per_channel ? channel_view(weights.shape, channel_axis) : ChannelView{1, 1, values.size()};
  std::vector<float> scales = channel_max_abs(values, view);
  for (float& scale : scales) {
    scale = weight_scale(scale);
    // Of a channel of zeros, or of denormals, any scale is right; kernels want a normal number.
    if (!std::isnormal(scale)) scale = 1;
  }
  return scales;
}

int add_int8_weights(GraphEditor& editor, const Model& model, const Tensor& weights, int channel_axis,
                     std::vector<float> scales) {
  const auto values = constant_values<float>(model, weights);
  const ChannelView view =
      scales.size() > 1 ? channel_view(weights.shape, channel_axis) : ChannelView{1, 1, values.size()};
  const auto quantized = quantize_channels(values, view, scales);
  return editor.add_constant<int8_t>(constant_name(weights.name), weights.shape, DType::INT8, quantized,
                                     std::move(scales), channel_axis);
}

}  // namespace webquant
