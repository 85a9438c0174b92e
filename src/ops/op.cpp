// What shape inference, reference kernels and lowering have in common.
#include "ops/op.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace webquant {

const OpDef* find_op(OpCode code) {
  for (const OpDef& def : op_table()) {
    if (def.code == code) return &def;
  }
  return nullptr;
}

size_t OpView::input_index(size_t i) const {
  if (!has_input(i)) invalid(text("lacks input ", i));
  return static_cast<size_t>(op().inputs[i]);
}

void OpView::unsupported(std::string message) const {
  constexpr size_t kMostShown = 8;
  message += " (operands:";
  for (size_t i = 0; i < input_count() && i < kMostShown; ++i) {
    message += i ? ", " : " ";
    message += has_input(i) ? text(to_string(input(i).type), " ", to_string(input_shape(i))) : "none";
  }
  if (input_count() > kMostShown) message += text(", and ", input_count() - kMostShown, " more");
  if (output_count() > 0) message += text(" -> ", to_string(output(0).type), " ", to_string(output_shape(0)));
  fail(ErrorCode::kUnsupported, label(), message + ")");
}

size_t OpView::axis(int32_t axis, size_t rank) const {
  const auto n = static_cast<int32_t>(rank);
  if (axis < -n || axis >= n) invalid(text("has axis ", axis, " on a shape of ", n, " dimensions"));
  return static_cast<size_t>(axis < 0 ? axis + n : axis);
}

std::span<const uint8_t> OpView::known_bytes(size_t tensor) const {
  const auto folded = facts_.values.find(tensor);
  if (folded != facts_.values.end()) return folded->second;
  return constant_data(model_, *webquant::graph(model_).tensors[tensor]);
}

std::vector<int32_t> OpView::constant_ints(size_t i) const {
  const Tensor& tensor = input(i);
  if (element_count(input_shape(i), label()) == 0) return {};
  const auto bytes = constant_bytes(i);
  if (bytes.empty()) unsupported(text("input ", i, " (\"", tensor.name, "\") must be a constant"));
  if (tensor.type == DType::INT32) {
    const auto values = values_of<int32_t>(bytes);
    return {values.begin(), values.end()};
  }
  if (tensor.type != DType::INT64) invalid(text("input ", i, " must be int32 or int64, not ", to_string(tensor.type)));
  std::vector<int32_t> narrowed;
  for (const int64_t value : values_of<int64_t>(bytes)) {
    if (value != static_cast<int32_t>(value)) invalid(text("input ", i, " holds ", value, ", which is out of range"));
    narrowed.push_back(static_cast<int32_t>(value));
  }
  return narrowed;
}

std::vector<float> OpView::known_floats(size_t index) const {
  if (const auto known = facts_.dequantized.find(index); known != facts_.dequantized.end())
    return known_floats(known->second);
  const Tensor& tensor = *webquant::graph(model_).tensors[index];
  require_plain(tensor);
  const auto bytes = known_bytes(index);
  if (tensor.type == DType::FLOAT32) {
    const auto values = values_of<float>(bytes);
    return {values.begin(), values.end()};
  }
  std::vector<float> floats(element_count(tensor.shape, label()));
  if (tensor.type == DType::FLOAT16) {
    std::ranges::transform(values_of<uint16_t>(bytes), floats.begin(), half_to_float);
    return floats;
  }
  const auto params = per_tensor_params(tensor);
  const bool is_signed = tensor.type == DType::INT8 || tensor.type == DType::INT4;
  if (tensor.type == DType::UINT8 && params) {
    dequantize_values(values_of<uint8_t>(bytes), *params, floats);
    return floats;
  }
  if (is_signed && params) {
    dequantize_values(values_of<int8_t>(bytes), *params, floats);
    return floats;
  }
  const bool symmetric = tensor.quantization && !tensor.quantization->scale.empty() &&
                         std::ranges::all_of(tensor.quantization->zero_point, [](int64_t z) { return z == 0; });
  if (is_signed && symmetric) {
    return dequantize_channels(values_of<int8_t>(bytes),
                               channel_view(tensor.shape, tensor.quantization->quantized_dimension),
                               tensor.quantization->scale);
  }
  unsupported(text("cannot turn the ", to_string(tensor.type), " constant \"", tensor.name, "\" into floats"));
}

void OpView::require_plain(const Tensor& tensor) const {
  const char* feature = tensor.sparsity                   ? "sparse"
                        : !tensor.variant_tensors.empty() ? "a variant"
                        : tensor.external_buffer != 0     ? "kept in another file"
                        : tensor.is_variable              ? "a variable"
                                                          : nullptr;
  if (feature) unsupported(text("\"", tensor.name, "\" is ", feature));
}

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

ActivationRange activation_range(tflite::ActivationFunctionType activation) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  switch (activation) {
    case tflite::ActivationFunctionType::RELU:
      return {0, inf};
    case tflite::ActivationFunctionType::RELU6:
      return {0, 6};
    case tflite::ActivationFunctionType::RELU_N1_TO_1:
      return {-1, 1};
    default:
      return {-inf, inf};
  }
}

const tflite::ActivationFunctionType* fused_activation_field(const Operator& op) {
  const auto& o = op.builtin_options;
  if (const auto* options = o.AsConv2DOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsDepthwiseConv2DOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsTransposeConvOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsFullyConnectedOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsAddOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsSubOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsDivOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsL2NormOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsMulOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsPool2DOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsConcatenationOptions()) return &options->fused_activation_function;
  return nullptr;
}

}  // namespace webquant
