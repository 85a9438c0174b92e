// Real values in and out of a session's inputs and outputs, whatever type they are stored in.
#pragma once

#include <cstddef>
#include <span>

#include "run/tensor_info.h"

namespace webquant {

/// Stores real values as an input of any numeric type: quantized with the input's parameters where it has some, else
/// rounded half away from zero and saturated. Throws invalid-input when their number differs from the input's,
/// unsupported for a type that takes no numbers.
void write_real(const TensorInfo& input, std::span<std::byte> bytes, std::span<const float> values);

/// Real values of an output, dequantized where it is quantized. `out` must have as many elements as the output. Throws
/// unsupported for a type that holds no numbers.
void read_real(const TensorInfo& output, std::span<const std::byte> bytes, std::span<float> out);

}  // namespace webquant
