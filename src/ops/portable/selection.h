// How elements get from one place to another: operators that move values say where each element comes from or goes to,
// and one function copies. Used by the families layout and resize; the others use its strides.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ops/portable/portable.h"

namespace webquant {

/// Whether a shape has no elements.
bool is_empty(const OpView& op, const Shape& shape);

/// `count` element numbers: from, from + step, …
std::vector<int32_t> steps(int64_t from, int32_t count, int64_t step);

/// Where each element of an output comes from, axis by axis: element (i, j, …) of the output is the input's element
/// number offsets[0][i] + offsets[1][j] + …, counted in row-major order. There may be more axes than the output's shape
/// has dimensions, as long as they describe its elements in their order.
struct Selection {
  std::vector<std::vector<int32_t>> offsets;
};

/// Every element, in its place.
Selection whole(const Shape& shape);

/// Distance of neighbours along each axis of an array of this shape.
std::vector<int32_t> strides_of(const Shape& shape);

/// Copies elements of input `slot` to each output, as the selection of that output says. Elements of any type; where
/// the quantization of the output is another, its values are quantized anew.
PortableKernel select_elements(const OpView& op, size_t slot, std::vector<Selection> outputs);

/// Copies elements of the first inputs to where in the output each one's selection says; the selections are of the
/// output's elements. The others become what input `fill_slot` holds, or zero. Types and quantization as above.
PortableKernel place_elements(const OpView& op, std::vector<Selection> inputs, std::optional<size_t> fill_slot);

/// The kernel of an operator without any elements in its output.
inline void do_nothing(const KernelOperands&) {}

/// The kernel of an operator of one output, whose elements `select(input shape)` finds in input 0. There may be none at
/// all, and then dimensions that are not to be multiplied.
PortableKernel select_from_input(const OpView& op, auto&& select) {
  if (is_empty(op, op.output_shape(0))) return do_nothing;
  return select_elements(op, 0, {select(op.input_shape(0))});
}

}  // namespace webquant
