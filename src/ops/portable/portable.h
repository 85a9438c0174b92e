// What the portable kernels have in common. They are webquant's own, for what XNNPACK does not run: plain loops in C++,
// correct first. Used by the families in this folder.
#pragma once

#include <functional>
#include <span>

#include "ops/view.h"

namespace webquant {

using RealInputs = std::span<const std::span<const float>>;
using RealOutputs = std::span<const std::span<float>>;

/// Computes on real values: quantized operands are dequantized, and the results quantized, rounding half away from
/// zero. Inputs that are neither float nor quantized are empty. Throws unsupported for outputs of other types.
PortableKernel compute_on_reals(const OpView& op, std::function<void(RealInputs, RealOutputs)> compute);

/// Operands as values of their type.
template <class T>
std::span<const T> elements(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}
template <class T>
std::span<T> elements(std::span<std::byte> bytes) {
  return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
}

/// Whether the type is int32 or int64.
inline bool is_integer(DType type) { return type == DType::INT32 || type == DType::INT64; }

/// Gives make(T()) for the C++ type of int32 or int64.
PortableKernel for_integer_type(DType type, auto&& make) {
  return type == DType::INT32 ? make(int32_t()) : make(int64_t());
}

/// Whether the operand is int8 or uint8 with one scale.
bool is_quantized(const Tensor& tensor);

}  // namespace webquant
