// Rows of the operators that look up elements, or give their places and sizes.
#include "cases/cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

OpCase gather(std::string name, Operand x, Operand indices, int axis, int batch_dims = 0) {
  tflite::GatherOptionsT options;
  options.axis = axis;
  options.batch_dims = batch_dims;
  return moves(GATHER, std::move(name), {std::move(x), std::move(indices)}, options_of(options));
}

OpCase shape(std::string name, Operand x, DType type = DType::INT32) {
  tflite::ShapeOptionsT options;
  options.out_type = type;
  return gives_integers(SHAPE, std::move(name), {std::move(x)}, type, options_of(options));
}

OpCase arg_max(std::string name, Operand x, int axis, DType type = DType::INT32) {
  tflite::ArgMaxOptionsT options;
  options.output_type = type;
  return gives_integers(ARG_MAX, std::move(name), {std::move(x), ints({axis}, {})}, type, options_of(options));
}

OpCase arg_min(std::string name, Operand x, int axis, DType type = DType::INT32) {
  tflite::ArgMinOptionsT options;
  options.output_type = type;
  return gives_integers(ARG_MIN, std::move(name), {std::move(x), ints({axis})}, type, options_of(options));
}

}  // namespace

std::vector<OpCase> index_cases() {
  const Shape map = {2, 5, 7, 6};
  const Operand x = input(map);
  return {
      gather("rows", x, ints({3, 0, 0, 4, 1}), 1),
      gather("channels", x, ints({5, 2}, {2, 1}), -1),
      gather("one row", x, ints({2}, {}), 1),
      gather("nothing", x, ints({}), 1),
      gather("at indices of the run", x, integers({2, 3}, 0, 6), 2),
      gather("at int64 indices", x, integers({4}, 0, 4, DType::INT64), 1),
      gather("by batch", x, integers({2, 3}, 0, 4), 1, 1),
      gather("by batch, further on", x, integers({2, 3}, 0, 6), 2, 1),
      gather("by two batch dimensions", x, integers({2, 5, 3}, 0, 5), 3, -1),
      gather("int32", integers({5}, -9, 9), integers({3}, 0, 4), 0),
      gather("bool", bools({5, 2}), ints({4, 4, 0}), 0),
      shape("of a map", input(map)),
      shape("of a map, int64", input(map), DType::INT64),
      shape("of a scalar", input({})),
      shape("of int32", integers({3, 4}, -9, 9)),
      arg_max("channels", input(map), 3),
      arg_max("height, int64", input(map), 1, DType::INT64),
      arg_max("a vector", input({9}), -1),
      arg_max("int32", integers({4, 9}, -3, 3), 1),
      arg_max("int8", input({4, 9}, DType::INT8, {0.1f, 3}), 1),
      arg_max("uint8", input({4, 9}, DType::UINT8, {0.1f, 3}), 0),
      arg_min("channels", input(map), -1),
      arg_min("batch, int64", input(map), 0, DType::INT64),
      arg_min("bool", bools({4, 9}), 1),
  };
}

}  // namespace webquant::test
