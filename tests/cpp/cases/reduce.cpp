// Rows of reductions, normalizations and matrix products.
#include "cases/cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

const Shape kMap = {2, 5, 7, 6};

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

OpCase log_softmax(std::string name, Shape x, float range) {
  return {.name = "LOG_SOFTMAX " + name,
          .code = LOG_SOFTMAX,
          .operands = {input(std::move(x), -range, range)},
          .options = options_of(tflite::LogSoftmaxOptionsT())};
}

OpCase l2_normalization(std::string name, Shape x, float range = 1) {
  return {.name = "L2_NORMALIZATION " + name,
          .code = L2_NORMALIZATION,
          .operands = {input(std::move(x), -range, range)},
          .options = options_of(tflite::L2NormOptionsT())};
}

OpCase local_response_normalization(std::string name, int radius, float bias, float alpha, float beta) {
  tflite::LocalResponseNormalizationOptionsT options;
  options.radius = radius;
  options.bias = bias;
  options.alpha = alpha;
  options.beta = beta;
  return {.name = "LOCAL_RESPONSE_NORMALIZATION " + name,
          .code = LOCAL_RESPONSE_NORMALIZATION,
          .operands = {input({2, 5, 7, 11}, -3, 3)},
          .options = options_of(options),
          .int8_stays_float = true};
}

OpCase matmul(std::string name, Operand a, Operand b, bool adj_x = false, bool adj_y = false) {
  tflite::BatchMatMulOptionsT options;
  options.adj_x = adj_x;
  options.adj_y = adj_y;
  const int length = a.shape.end()[adj_x ? -2 : -1];
  return {.name = "BATCH_MATMUL " + name,
          .code = BATCH_MATMUL,
          .operands = {std::move(a), std::move(b)},
          .options = options_of(options),
          .sum_length = length};
}

}  // namespace

std::vector<OpCase> reduce_cases() {
  std::vector<OpCase> rows = {
      log_softmax("rows", {3, 10}, 5),
      log_softmax("per pixel", {1, 3, 4, 21}, 2),
      l2_normalization("rows", {3, 128}),
      l2_normalization("per pixel", kMap),
      local_response_normalization("radius 5", 5, 1, 1, 0.5f),
      local_response_normalization("radius 2", 2, 2, 0.1f, 0.75f),
      local_response_normalization("radius beyond the channels", 40, 1, 0.5f, 1),
      local_response_normalization("radius 0", 0, 1, 1, 0.5f),
      matmul("matrices", input({5, 8}), input({8, 7})),
      matmul("batches", input({3, 5, 8}), input({3, 8, 7})),
      matmul("adj_x", input({3, 8, 5}), input({3, 8, 7}), true),
      matmul("adj_y", input({3, 5, 8}), input({3, 7, 8}), false, true),
      matmul("adj_x and adj_y", input({2, 2, 8, 5}), input({2, 2, 7, 8}), true, true),
      matmul("one left", input({1, 5, 8}), input({4, 8, 7})),
      matmul("one right", input({4, 5, 8}), input({8, 7})),
      matmul("broadcast both ways", input({2, 1, 5, 8}), input({1, 3, 8, 7})),
      matmul("heads of attention", input({1, 4, 17, 16}), input({1, 4, 17, 16}), false, true),
      matmul("constant", input({3, 5, 8}), constant({8, 7})),
      matmul("constant, adj_y", input({3, 5, 8}), constant({7, 8}), false, true),
      matmul("constant of each batch", input({3, 5, 8}), constant({3, 8, 7})),
      matmul("constant left", constant({5, 8}), input({3, 8, 7})),
      matmul("a row", input({1, 65}), input({65, 33})),
  };
  OpCase far_apart = log_softmax("far apart", {2, 37}, 50);
  far_apart.quantizable = false;  // INT8 ends at -16
  rows.push_back(far_apart);
  OpCase short_rows = l2_normalization("next to nothing", {2, 9}, 1e-7f);
  short_rows.quantizable = false;  // only float knows a least length
  rows.push_back(short_rows);
  for (const OpCode code : {SUM, REDUCE_MAX, REDUCE_MIN}) add_reductions(rows, code);
  return rows;
}

}  // namespace webquant::test
