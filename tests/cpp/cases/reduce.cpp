// Rows of reductions.
#include "cases/cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

const Shape kMap = {2, 5, 7, 6};

OpCase mean(std::string name, Shape x, std::vector<int32_t> axes, bool keep_dims) {
  tflite::ReducerOptionsT options;
  options.keep_dims = keep_dims;
  return {.name = "MEAN " + name + (keep_dims ? ", keep_dims" : ""),
          .code = MEAN,
          .operands = {input(x), ints(axes)},
          .options = options_of(options)};
}

void add_reductions(std::vector<OpCase>& rows, OpCode code) {
  const auto add = [&](std::string name, Shape x, std::vector<int32_t> axes, bool keep_dims,
                       DType type = DType::FLOAT32) {
    tflite::ReducerOptionsT options;
    options.keep_dims = keep_dims;
    int reduced = 1;
    for (const int32_t axis : axes) reduced *= axis < 0 ? x.end()[axis] : x[axis];
    OpCase row{.name = text(tflite::EnumNameBuiltinOperator(code), " ", name, keep_dims ? ", keep_dims" : ""),
               .code = code,
               .operands = {input(x, type), ints(axes)},
               .options = options_of(options),
               .int8_steps = code == SUM ? 1 : 0,
               .quantizable = type == DType::FLOAT32,
               .output_type = type,
               .sum_length = reduced};
    if (type != DType::FLOAT32) {
      row.tolerance = 0;
      row.operands[0].low = -1000;
      row.operands[0].high = 1000;
    }
    rows.push_back(row);
  };
  add("height and width", kMap, {1, 2}, false);
  add("height and width", kMap, {1, 2}, true);
  add("width, then height", kMap, {2, 1}, false);
  add("channels, negative axis", kMap, {-1}, false);
  add("batch and channels", kMap, {0, 3}, true);
  add("everything", kMap, {0, 1, 2, 3}, false);
  add("rows of a matrix", {4, 33}, {1}, true);
  add("vector", {40}, {0}, false);
  add("two of five dimensions", {2, 3, 4, 3, 5}, {1, 3}, false);
  add("int32", {3, 4, 2}, {1}, false, DType::INT32);
  add("int64", {3, 4, 2}, {0, 2}, true, DType::INT64);
}

}  // namespace

std::vector<OpCase> reduce_cases() {
  std::vector<OpCase> rows = {
      mean("height and width", kMap, {1, 2}, false),
      mean("height and width", kMap, {1, 2}, true),
      mean("height and width, unordered", kMap, {2, 1}, false),
      mean("height", kMap, {1}, false),
      mean("width", kMap, {2}, true),
      mean("channels, negative axis", kMap, {-1}, false),
      mean("height to channels", kMap, {1, 2, 3}, true),
      mean("batch", kMap, {0}, false),
      mean("rows of a matrix", {4, 33}, {1}, true),
      mean("vector", {40}, {0}, false),
      mean("two of five dimensions", {2, 3, 4, 5, 6}, {1, 3}, false),
  };
  for (const OpCode code : {SUM, REDUCE_MAX, REDUCE_MIN}) add_reductions(rows, code);
  return rows;
}

}  // namespace webquant::test
