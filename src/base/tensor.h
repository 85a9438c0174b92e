// Element types, shapes and sizes of tensors.
#pragma once

#include <climits>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
// POSIX's <limits.h> has a macro of the name of an operator.
#undef ARG_MAX
#include "tflite_generated.h"

namespace webquant {

using DType = tflite::TensorType;

/// Dimensions, outermost first; images are NHWC. Empty: a scalar.
using Shape = std::vector<int32_t>;

/// The spelling that users see ("float32", "int8", ...).
std::string_view to_string(DType type);

/// Bytes that one element takes; 0 for types that webquant cannot store (strings, resources, sub-byte types).
size_t element_size(DType type);

/// Product of the dimensions. Throws invalid-model, naming `where`, when one is negative or the product is 2^31 or
/// more.
size_t element_count(const Shape& shape, std::string_view where);

/// "[1, 224, 224, 3]"
std::string to_string(const Shape& shape);

}  // namespace webquant
