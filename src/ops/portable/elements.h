// Elements of any type that numbers are stored in, one by one. Used by kernels that take stored numbers whatever their
// scale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/quant_math.h"
#include "base/tensor.h"

namespace webquant {

struct Half {
  uint16_t bits;
};

struct Bool {
  uint8_t byte;
};

// Calls visit(a value of the type that holds such elements), or gives false for types that are not numbers here.
bool with_element(DType type, auto&& visit) {
  switch (type) {
    case DType::FLOAT32:
      return visit(float{}), true;
    case DType::FLOAT16:
      return visit(Half{}), true;
    case DType::INT8:
      return visit(int8_t{}), true;
    case DType::UINT8:
      return visit(uint8_t{}), true;
    case DType::INT16:
      return visit(int16_t{}), true;
    case DType::INT32:
      return visit(int32_t{}), true;
    case DType::UINT32:
      return visit(uint32_t{}), true;
    case DType::INT64:
      return visit(int64_t{}), true;
    case DType::BOOL:
      return visit(Bool{}), true;
    default:
      return false;
  }
}

template <class T>
T load(const std::byte* bytes, size_t i) {
  T value;
  std::memcpy(&value, bytes + i * sizeof(T), sizeof(T));
  return value;
}

template <class T>
auto number(T value) {
  if constexpr (std::is_same_v<T, Half>) {
    return half_to_float(value.bits);
  } else if constexpr (std::is_same_v<T, Bool>) {
    return static_cast<uint8_t>(value.byte != 0);
  } else {
    return value;
  }
}

}  // namespace webquant
