// Kernels of webquant's own, for what XNNPACK does not run: plain loops, correct first. Included by src/ops only.
#pragma once

#include <optional>

#include "ops/op.h"

namespace webquant {

/// Where each element of an output comes from, axis by axis: element (i, j, …) of the output is the input's element
/// number offsets[0][i] + offsets[1][j] + …, counted in row-major order. There may be more axes than the output's shape
/// has dimensions, as long as they describe its elements in their order.
struct Selection {
  std::vector<std::vector<int32_t>> offsets;
};

/// Distance of neighbours along each axis of an array of this shape.
std::vector<int32_t> strides_of(const Shape& shape);

/// Copies elements of input `slot` to each output, as the selection of that output says. Elements of any type; where
/// the quantization of the output is another, its values are quantized anew.
ReferenceKernel select_elements(const OpView& op, size_t slot, std::vector<Selection> outputs);

/// Copies elements of the first inputs to where in the output each one's selection says; the selections are of the
/// output's elements. The others become what input `fill_slot` holds, or zero. Types and quantization as above.
ReferenceKernel place_elements(const OpView& op, std::vector<Selection> inputs, std::optional<size_t> fill_slot);

using RealInputs = std::span<const std::span<const float>>;
using RealOutputs = std::span<const std::span<float>>;

/// Computes on real values: quantized operands are dequantized, and the results quantized, rounding half away from
/// zero. Inputs that are neither float nor quantized are empty. Throws unsupported for outputs of other types.
ReferenceKernel compute_on_reals(const OpView& op, std::function<void(RealInputs, RealOutputs)> compute);

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
ReferenceKernel for_integer_type(DType type, auto&& make) {
  return type == DType::INT32 ? make(int32_t()) : make(int64_t());
}

/// Whether the operand is int8 or uint8 with one scale.
bool is_quantized(const Tensor& tensor);

}  // namespace webquant
