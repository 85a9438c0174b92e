#include "ops/padding.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace webquant {
WindowPadding window_padding(tflite::Padding padding, int32_t input, int32_t kernel, int32_t stride, int32_t dilation) {
  if (padding == tflite::Padding::VALID) return {0, 0};
  const int64_t output = (static_cast<int64_t>(input) + stride - 1) / stride;
  const int64_t window = static_cast<int64_t>(kernel - 1) * dilation + 1;
  const int64_t total = std::max<int64_t>((output - 1) * stride + window - input, 0);
  // The odd element goes behind.
  return {static_cast<int32_t>(total / 2), static_cast<int32_t>(total - total / 2)};
}

bool pads_unbounded(const Model& model, const Operator& op) {
  if (op_code(model, op) != OpCode::PADV2 || op.inputs.size() != 3 || op.outputs.size() != 1 || op.inputs[2] < 0)
    return false;
  const Tensor& value = *graph(model).tensors[op.inputs[2]];
  if (value.type != DType::FLOAT32 || !is_constant(model, value)) return false;
  constexpr float kAlmostInfinite = std::numeric_limits<float>::max() / 4;
  return std::ranges::any_of(constant_values<float>(model, value),
                             [](float v) { return std::abs(v) > kAlmostInfinite; });
}

}  // namespace webquant
