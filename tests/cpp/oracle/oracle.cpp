#include "oracle/oracle.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "oracle/kernels.h"

namespace webquant::test {
namespace {

double half_value(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int mantissa = bits & 1023;
  const double magnitude = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

double number_at(DType type, const std::byte* bytes, size_t index) {
  const auto read = [&]<class T>(T) {
    T value;
    std::memcpy(&value, bytes + index * sizeof(T), sizeof(T));
    return value;
  };
  switch (type) {
    case DType::FLOAT32:
      return read(float{});
    case DType::FLOAT16:
      return half_value(read(uint16_t{}));
    case DType::INT8:
      return read(int8_t{});
    case DType::UINT8:
    case DType::BOOL:
      return read(uint8_t{});
    case DType::INT32:
      return read(int32_t{});
    case DType::INT64:
      return static_cast<double>(read(int64_t{}));
    default:
      fail(ErrorCode::kInternal, "oracle", text("no values of type ", to_string(type)));
  }
}

bool is_quantized(const Tensor& tensor) { return tensor.quantization && !tensor.quantization->scale.empty(); }

// Scale and zero point of each element: one pair, or one for each index along the quantized
// dimension.
double dequantize(const Tensor& tensor, double q, size_t index) {
  const auto& quant = *tensor.quantization;
  size_t channel = 0;
  if (quant.scale.size() > 1) {
    size_t inner = 1;
    for (size_t d = quant.quantized_dimension + 1; d < tensor.shape.size(); ++d) inner *= tensor.shape[d];
    channel = index / inner % quant.scale.size();
  }
  return double{quant.scale[channel]} *
         (q - static_cast<double>(quant.zero_point.empty() ? 0 : quant.zero_point[channel]));
}

void round_to_grid(const Tensor& tensor, Array& array) {
  if (tensor.type == DType::INT32 || tensor.type == DType::INT64) {
    for (double& value : array.values) value = std::trunc(value);
  }
  if (!is_quantized(tensor)) return;
  const double low = tensor.type == DType::UINT8 ? 0 : -128, high = low + 255;
  const double scale = tensor.quantization->scale[0], zero = static_cast<double>(tensor.quantization->zero_point[0]);
  for (double& value : array.values) value = scale * (std::clamp(std::round(value / scale) + zero, low, high) - zero);
}

}  // namespace

size_t count_of(const Shape& shape) {
  size_t count = 1;
  for (const int32_t dim : shape) count *= dim;
  return count;
}

Array real_values(const Tensor& tensor, std::span<const std::byte> bytes) {
  Array out{tensor.shape, std::vector<double>(count_of(tensor.shape))};
  for (size_t i = 0; i < out.values.size(); ++i) {
    out.values[i] = number_at(tensor.type, bytes.data(), i);
    if (is_quantized(tensor)) out.values[i] = dequantize(tensor, out.values[i], i);
  }
  return out;
}

std::vector<Array> constants_of(const Model& model) {
  const auto& tensors = graph(model).tensors;
  std::vector<Array> arrays(tensors.size());
  for (size_t i = 0; i < arrays.size(); ++i) {
    const auto data = constant_data(model, *tensors[i]);
    if (count_of(tensors[i]->shape) == 0) arrays[i].shape = tensors[i]->shape;
    if (!data.empty()) arrays[i] = real_values(*tensors[i], std::as_bytes(data));
  }
  return arrays;
}

std::vector<Array> evaluate_op(const Model& model, size_t op_index, std::span<const Array> tensors) {
  const Operator& op = *graph(model).operators[op_index];
  const Kernel kernel = find_kernel(op_code(model, op));
  if (!kernel) fail(ErrorCode::kInternal, "oracle", text("no kernel for ", op_type(model, op)));
  Node node{op, {}};
  for (const int32_t i : op.inputs) node.inputs.push_back(i < 0 ? nullptr : &tensors[i]);
  std::vector<Array> outputs = kernel(node).arrays;
  for (size_t i = 0; i < outputs.size(); ++i) round_to_grid(*graph(model).tensors[op.outputs.at(i)], outputs[i]);
  return outputs;
}

std::vector<Array> evaluate(const Model& model, std::span<const Array> inputs) {
  const Graph& g = graph(model);
  std::vector<Array> arrays = constants_of(model);
  for (size_t i = 0; i < inputs.size(); ++i) arrays[g.inputs[i]] = inputs[i];
  for (size_t n = 0; n < g.operators.size(); ++n) {
    const auto outputs = evaluate_op(model, n, arrays);
    for (size_t i = 0; i < outputs.size(); ++i) arrays[g.operators[n]->outputs[i]] = outputs[i];
  }
  return arrays;
}

double weight_gain(const Model& model, size_t op_index) {
  const Operator& op = *graph(model).operators[op_index];
  const Tensor& tensor = *graph(model).tensors[op.inputs[1]];
  const Array weights = real_values(tensor, std::as_bytes(constant_data(model, tensor)));
  const bool outputs_last = op_code(model, op) == OpCode::DEPTHWISE_CONV_2D;
  const size_t outputs = outputs_last ? weights.shape.back() : weights.shape.front();
  const size_t taps = weights.values.size() / outputs;
  std::vector<double> sums(outputs);
  for (size_t i = 0; i < weights.values.size(); ++i)
    sums[outputs_last ? i % outputs : i / taps] += std::abs(weights.values[i]);
  return *std::max_element(sums.begin(), sums.end());
}

}  // namespace webquant::test
