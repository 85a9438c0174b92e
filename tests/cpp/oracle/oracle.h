// The operators of TensorFlow Lite as plain loops in double: what every session is measured
// against.
//
// Nothing here uses webquant's own shape inference, padding or quantization arithmetic, so that a
// mistake there shows.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/model.h"

namespace webquant::test {

/// Real values of a tensor, as they lie in memory.
struct Array {
  Shape shape;
  std::vector<double> values;
};

/// Number of elements of a shape.
size_t count_of(const Shape& shape);

/// Real values of raw bytes: scale * (q - zero_point) where `tensor` is quantized, else the numbers
/// themselves.
Array real_values(const Tensor& tensor, std::span<const std::byte> bytes);

/// One array a tensor: the constants, dequantized; the others are empty.
std::vector<Array> constants_of(const Model& model);

/// Outputs of operator `op` from the real values of its operands. One that is quantized is rounded to its grid (half
/// away from zero) and saturated, so quantized graphs are evaluated as TFLite's specification describes them.
std::vector<Array> evaluate_op(const Model& model, size_t op, std::span<const Array> tensors);

/// All tensors after evaluating the operators in order on `inputs`, one array a graph input.
std::vector<Array> evaluate(const Model& model, std::span<const Array> inputs);

/// Largest sum of |weights| that one output of operator `op` (CONV_2D, DEPTHWISE_CONV_2D or
/// FULLY_CONNECTED) adds up: the output moves by at most that much for each unit that all its
/// inputs move.
double weight_gain(const Model& model, size_t op);

}  // namespace webquant::test
