// Rows of the operators that move values.
#include "ops_cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

OpCase unpack(std::string name, Operand x, int axis) {
  tflite::UnpackOptionsT options;
  const int rank = static_cast<int>(x.shape.size());
  options.axis = axis;
  options.num = x.shape[axis < 0 ? axis + rank : axis];
  const int outputs = options.num;
  const DType type = x.type;
  return {.name = "UNPACK " + name,
          .code = UNPACK,
          .operands = {std::move(x)},
          .options = options_of(options),
          .int8_steps = 0,
          .quantizable = type == DType::FLOAT32,
          .output_type = type,
          .outputs = outputs};
}

}  // namespace

std::vector<OpCase> layout_cases() {
  const Shape map = {2, 5, 7, 6};
  return {
      unpack("rows", input(map), 1),
      unpack("channels", input(map), -1),
      unpack("batch", input({3, 4}), 0),
      unpack("int32", input({3, 4}, DType::INT32), 1),
  };
}

}  // namespace webquant::test
