// Rows of the operators that give sizes, indices and numbers of other types.
#include "cases/cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

OpCase gives_integers(OpCode code, std::string name, std::vector<Operand> operands, DType type,
                      tflite::BuiltinOptionsUnion options) {
  OpCase row = moves(code, std::move(name), std::move(operands), std::move(options));
  row.output_type = type;
  return row;
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

OpCase cast(std::string name, Operand x, DType type) {
  tflite::CastOptionsT options;
  options.in_data_type = x.type;
  options.out_data_type = type;
  OpCase row = gives_integers(CAST, std::move(name), {std::move(x)}, type, options_of(options));
  row.int8_stays_float = true;
  return row;
}

OpCase quantize(std::string name, Operand x, DType type, QuantParams to) {
  return {.name = "QUANTIZE " + name,
          .code = QUANTIZE,
          .operands = {x},
          .options = options_of(tflite::QuantizeOptionsT()),
          .quantizable = false,
          .output_type = type,
          .output_quant = to};
}

OpCase dequantize(std::string name, Operand x) {
  return {.name = "DEQUANTIZE " + name,
          .code = DEQUANTIZE,
          .operands = {x},
          .options = options_of(tflite::DequantizeOptionsT()),
          .quantizable = false};
}

}  // namespace

std::vector<OpCase> number_cases() {
  const Shape map = {2, 5, 7, 6};
  return {
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
      cast("float32 to int32", input(map, -50, 50), DType::INT32),
      cast("float32 to int64", input(map, -50, 50), DType::INT64),
      cast("float32 to bool", input({4, 9}, 0, 1), DType::BOOL),
      cast("float32 to float32", input(map), DType::FLOAT32),
      cast("int32 to float32", integers(map, -50, 50), DType::FLOAT32),
      cast("int32 to int64", integers(map, -50, 50), DType::INT64),
      cast("int64 to int32", integers(map, -50, 50, DType::INT64), DType::INT32),
      cast("bool to float32", bools(map), DType::FLOAT32),
      cast("int8 to float32", input(map, DType::INT8), DType::FLOAT32),
      cast("uint8 to int32", input(map, DType::UINT8), DType::INT32),
      cast("int32 to uint8", integers(map, 0, 50), DType::UINT8),
      quantize("float to int8", input(map, -2, 2), DType::INT8, {0.01f, -7}),
      quantize("float to uint8", input(map, -2, 2), DType::UINT8, {0.01f, 100}),
      quantize("int8 to int8", input(map, DType::INT8, {0.02f, 3}), DType::INT8, {0.03f, -5}),
      quantize("uint8 to int8", input(map, DType::UINT8, {0.02f, 128}), DType::INT8, {0.02f, 0}),
      quantize("int8 to uint8", input(map, DType::INT8, {0.02f, -128}), DType::UINT8, {0.02f, 0}),
      dequantize("int8", input(map, DType::INT8, {0.05f, -12})),
      dequantize("uint8", input(map, DType::UINT8, {0.05f, 77})),
  };
}

}  // namespace webquant::test
