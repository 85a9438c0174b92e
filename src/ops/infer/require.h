// What the shape inference of several families asks of operands and options. Each function throws an error that names
// the operator and the offending values. Used by the families in this folder.
#pragma once

#include <initializer_list>
#include <vector>

#include "ops/infer_context.h"

namespace webquant {

/// The shape of input `input`. Throws invalid-model where it has not `rank` dimensions.
const Shape& require_rank(const InferContext& c, size_t input, size_t rank);

/// Throws invalid-model for a value outside [1, 32767], calling it `what`. The bound keeps window * dilation within 32
/// bits.
void require_positive(const InferContext& c, std::initializer_list<int32_t> values, const char* what);

/// How many windows lie along one axis. Throws invalid-model for a window that does not fit, or a padding that does not
/// exist.
int32_t window_count(const InferContext& c, tflite::Padding padding, int32_t input, int32_t kernel, int32_t stride,
                     int32_t dilation);

/// The integers of constant input `i`, which has one for each of `rank` dimensions; `what` they are. Throws
/// invalid-model for another number of them.
std::vector<int32_t> ints_by_axis(const InferContext& c, size_t i, size_t rank, const char* what);

/// The only integer of constant input `i`. Throws invalid-model where there are several.
int32_t only_int(const InferContext& c, size_t i, const char* what);

/// The shape of two broadcast operands: aligned at the innermost dimension, missing dimensions and dimensions of 1
/// repeat. Throws invalid-model for shapes that do not fit together, unsupported for more than 6 dimensions.
Shape broadcast(const InferContext& c, const Shape& a, const Shape& b);

}  // namespace webquant
