// Rows of the operators that work on each element by itself.
#include "ops_cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

OpCase unary(std::string name, OpCode code, Operand x) {
  return {.name = std::string(tflite::EnumNameBuiltinOperator(code)) + " " + name, .code = code, .operands = {x}};
}

}  // namespace

std::vector<OpCase> elementwise_cases() {
  const Shape map = {2, 5, 7, 6};
  return {
      unary("map", HARD_SWISH, input(map, -5, 5)),
      unary("vector", HARD_SWISH, input({1, 130}, -5, 5)),
  };
}

}  // namespace webquant::test
