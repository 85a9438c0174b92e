#include "run/values.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace webquant {
namespace {

QuantParams params_of(const TensorInfo& info) {
  if (info.scale.empty()) return {};
  return {info.scale[0], static_cast<int32_t>(info.zero_point[0])};
}

// Half away from zero, saturated.
template <class T>
void store_rounded(std::span<const float> values, std::span<std::byte> bytes) {
  constexpr T lowest = std::numeric_limits<T>::min(), highest = std::numeric_limits<T>::max();
  for (size_t i = 0; i < values.size(); ++i) {
    const float rounded = std::round(values[i]);
    // The float next to the highest integer is one more than it.
    const T value = !(rounded > static_cast<float>(lowest))  ? lowest
                    : rounded >= static_cast<float>(highest) ? highest
                                                             : static_cast<T>(rounded);
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
}

}  // namespace

void write_real(const TensorInfo& info, std::span<std::byte> bytes, std::span<const float> values) {
  const size_t count = bytes.size() / element_size(info.dtype);
  if (values.size() != count) {
    fail(ErrorCode::kInvalidInput, text("inputs[\"", info.name, "\"]"),
         text("needs ", count, " values for shape ", to_string(info.shape), ", not ", values.size()));
  }
  const QuantParams quant = params_of(info);
  switch (info.dtype) {
    case DType::FLOAT32:
      std::memcpy(bytes.data(), values.data(), bytes.size());
      break;
    case DType::INT8:
      quantize_values(values, quant, {reinterpret_cast<int8_t*>(bytes.data()), count});
      break;
    case DType::UINT8:
      quantize_values(values, quant, {reinterpret_cast<uint8_t*>(bytes.data()), count});
      break;
    case DType::INT32:
      store_rounded<int32_t>(values, bytes);
      break;
    case DType::INT64:
      store_rounded<int64_t>(values, bytes);
      break;
    case DType::BOOL:
      std::ranges::transform(values, bytes.begin(), [](float value) { return static_cast<std::byte>(value != 0); });
      break;
    default:
      fail(ErrorCode::kUnsupported, text("inputs[\"", info.name, "\"]"),
           text("cannot take floats: it is ", to_string(info.dtype)));
  }
}

void read_real(const TensorInfo& info, std::span<const std::byte> bytes, std::span<float> out) {
  const size_t count = bytes.size() / element_size(info.dtype);
  if (out.size() != count) fail(ErrorCode::kInternal, info.name, text("has ", count, " values, not ", out.size()));
  const QuantParams quant = params_of(info);
  switch (info.dtype) {
    case DType::FLOAT32:
      std::memcpy(out.data(), bytes.data(), bytes.size());
      break;
    case DType::INT8:
      dequantize_values(std::span(reinterpret_cast<const int8_t*>(bytes.data()), count), quant, out);
      break;
    case DType::UINT8:
      dequantize_values(std::span(reinterpret_cast<const uint8_t*>(bytes.data()), count), quant, out);
      break;
    case DType::INT32:
      std::ranges::copy(std::span(reinterpret_cast<const int32_t*>(bytes.data()), count), out.begin());
      break;
    case DType::INT64:
      std::ranges::copy(std::span(reinterpret_cast<const int64_t*>(bytes.data()), count), out.begin());
      break;
    case DType::BOOL:
      std::ranges::transform(bytes, out.begin(), [](std::byte value) { return value == std::byte{0} ? 0.0f : 1.0f; });
      break;
    default:
      fail(ErrorCode::kUnsupported, text("outputs[\"", info.name, "\"]"),
           text("cannot be read as floats: it is ", to_string(info.dtype)));
  }
}

}  // namespace webquant
