// Rows of the operators that change types.
#include "cases/cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

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

std::vector<OpCase> convert_cases() {
  const Shape map = {2, 5, 7, 6};
  return {
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
