// The table of operator tests: what each operator is run on.
#pragma once

#include <string>
#include <vector>

#include "base/quant_math.h"
#include "model/model.h"
#include "support/random.h"

namespace webquant::test {

/// An input of the operator under test.
struct Operand {
  enum class Kind { kInput, kConstant, kInts, kAbsent };
  Kind kind = Kind::kInput;
  Shape shape = {};
  float low = -1, high = 1;        // random values are drawn from here
  std::vector<int32_t> ints = {};  // of kInts
  DType type = DType::FLOAT32;     // of kInput; a quantized one draws from its whole range
  QuantParams quant = {};
};

/// What becomes of the operator in the dynamic INT8 mode.
enum class Dynamic {
  kUnchanged,  // no weights
  kInteger,    // int8 weights, the input is quantized at run time
  kExpanded,   // int8 weights that are expanded to float at load
};

/// A row: one operator with one set of options.
struct OpCase {
  std::string name;
  OpCode code;
  std::vector<Operand> operands = {};
  tflite::BuiltinOptionsUnion options = {};
  double tolerance = 1e-5;  // FP32 and FP16, relative to the largest output
  int int8_steps = 1;       // static INT8: how many output steps a result may be off; 0 for operators
                            // that only move values
  Dynamic dynamic = Dynamic::kUnchanged;
  bool int8_stays_float = false;  // static INT8: the fused activation has no integer form
  bool quantizable = true;        // false: a float model is no input of this operator
  DType output_type = DType::FLOAT32;
  QuantParams output_quant = {};
  int outputs = 1;
  int sum_length = 1;  // how many products or inputs an output adds up, of an operator without weights
  double jump = 0;     // how far apart the results of neighbouring inputs may be
};

/// All rows: those of each family, which the file of its name has, and rows on uint8.
const std::vector<OpCase>& op_cases();
std::vector<OpCase> conv_cases();
std::vector<OpCase> pool_cases();
std::vector<OpCase> elementwise_cases();
std::vector<OpCase> reduce_cases();
std::vector<OpCase> layout_cases();
std::vector<OpCase> slice_cases();
std::vector<OpCase> index_cases();
std::vector<OpCase> resize_cases();
std::vector<OpCase> softmax_cases();
std::vector<OpCase> convert_cases();
std::vector<OpCase> uint8_cases();

/// A model of this operator alone, with random constants: inputs x0, x1, …, outputs y, y:1, ….
Model build(const OpCase& row, Random& random);

/// Values for each input of such a model.
using Inputs = std::vector<std::vector<float>>;
Inputs random_inputs(const OpCase& row, Random& random);

inline Operand input(Shape shape, float low = -1, float high = 1) {
  return {.shape = std::move(shape), .low = low, .high = high};
}
inline Operand input(Shape shape, DType type, QuantParams quant = {}) {
  return {.shape = std::move(shape), .type = type, .quant = quant};
}
inline Operand constant(Shape shape, float low = -1, float high = 1) {
  return {.kind = Operand::Kind::kConstant, .shape = std::move(shape), .low = low, .high = high};
}
/// Constant integers; a vector unless `shape` says otherwise.
Operand ints(std::vector<int32_t> values);
Operand ints(std::vector<int32_t> values, Shape shape);

template <class Options>
tflite::BuiltinOptionsUnion options_of(Options options) {
  tflite::BuiltinOptionsUnion out;
  out.Set(std::move(options));
  return out;
}

/// Random integers of [low, high], and booleans.
inline Operand integers(Shape shape, float low, float high, DType type = DType::INT32) {
  return {.shape = std::move(shape), .low = low, .high = high, .type = type};
}
inline Operand bools(Shape shape) { return integers(std::move(shape), 0, 1, DType::BOOL); }

/// A row of an operator that moves the values of operand `moved` as they are, whose type and scale the outputs have.
OpCase moves(OpCode code, std::string name, std::vector<Operand> operands, tflite::BuiltinOptionsUnion options = {},
             size_t moved = 0, int outputs = 1);

/// A row of an operator that gives integers of this type.
OpCase gives_integers(OpCode code, std::string name, std::vector<Operand> operands, DType type,
                      tflite::BuiltinOptionsUnion options);

/// For scale-and-zero-point pairs of a whole tensor.
std::unique_ptr<tflite::QuantizationParametersT> quantization(QuantParams params);

}  // namespace webquant::test
