#include "ops/view.h"

#include <algorithm>
#include <cmath>

#include "base/quant_math.h"

namespace webquant {
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

}  // namespace webquant
