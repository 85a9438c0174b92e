// The kernels behind reference.h, one per operator.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "oracle/oracle.h"

namespace webquant::test {

/// One operator and the real values of its operands; an absent operand is null.
struct Node {
  const Operator& op;
  std::vector<const Array*> inputs;

  const Array& input(size_t i) const { return *inputs.at(i); }
  bool has(size_t i) const { return i < inputs.size() && inputs[i]; }
};

/// All outputs of an operator.
using Kernel = std::function<std::vector<Array>(const Node&)>;

/// A kernel from a function that gives one output.
inline Kernel one(Array (*function)(const Node&)) {
  return [function](const Node& node) { return std::vector<Array>{function(node)}; };
}

/// Empty for an operator that the reference lacks.
Kernel find_kernel(OpCode code);

/// Elements between neighbours along each dimension.
std::vector<size_t> strides_of(const Shape& shape);

/// Position of element `index` along each dimension.
std::vector<int> position_of(size_t index, const Shape& shape);

/// Index in an operand that is broadcast to the position: missing leading dimensions and dimensions of 1 repeat.
size_t broadcast_index(const std::vector<int>& position, const Shape& shape);

/// The kernels of reference_math.cpp.
const std::map<OpCode, Kernel>& math_kernels();

Array conv_2d(const Node&);
Array depthwise_conv_2d(const Node&);
Array transpose_conv(const Node&);
Array fully_connected(const Node&);
Array average_pool_2d(const Node&);
Array l2_pool_2d(const Node&);
Array max_pool_2d(const Node&);
Array resize_bilinear(const Node&);

Array slice(const Node&);
Array strided_slice(const Node&);
std::vector<Array> split(const Node&);
std::vector<Array> split_v(const Node&);
std::vector<Array> unpack(const Node&);

/// Those of the operators that move values.
const std::map<OpCode, Kernel>& layout_kernels();

/// What a fused activation makes of a value.
double activate(double value, tflite::ActivationFunctionType activation);

}  // namespace webquant::test
