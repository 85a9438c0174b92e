// The kernels behind oracle.h, one per operator, and what they have in common.
#pragma once

#include <utility>
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

/// All outputs of an operator. Kernels of one output just return its array.
struct Outputs {
  Outputs(Array array) { arrays.push_back(std::move(array)); }
  Outputs(std::vector<Array> all) : arrays(std::move(all)) {}
  std::vector<Array> arrays;
};

/// oracle_ADD, oracle_CONV_2D, …: one for each row of the operator table, in the file of its family.
#define OP(code, ...) Outputs oracle_##code(const Node& node);
#define OP_ON_STORED_INTEGERS OP
#include "ops/table.inc"

/// The kernel of an operator. Null for one that the table lacks.
using Kernel = Outputs (*)(const Node&);
Kernel find_kernel(OpCode code);

/// Elements between neighbours along each dimension.
std::vector<size_t> strides_of(const Shape& shape);

/// Position of element `index` along each dimension.
std::vector<int> position_of(size_t index, const Shape& shape);

/// Index in an operand that is broadcast to the position: missing leading dimensions and dimensions of 1 repeat.
size_t broadcast_index(const std::vector<int>& position, const Shape& shape);

/// The shape of two broadcast operands.
Shape broadcast_shape(const Shape& a, const Shape& b);

/// What a fused activation makes of a value.
double activate(double value, tflite::ActivationFunctionType activation);

}  // namespace webquant::test
