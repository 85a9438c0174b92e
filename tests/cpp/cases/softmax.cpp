// Rows of the operators on rows of channels.
#include "cases/cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

OpCase softmax(std::string name, Shape x, float beta) {
  tflite::SoftmaxOptionsT options;
  options.beta = beta;
  return {.name = "SOFTMAX " + name, .code = SOFTMAX, .operands = {input(x, -5, 5)}, .options = options_of(options)};
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

}  // namespace

std::vector<OpCase> softmax_cases() {
  std::vector<OpCase> rows = {
      softmax("rows", {3, 10}, 1),
      softmax("beta 0.5", {1, 37}, 0.5),
      softmax("beta 2, per pixel", {1, 3, 4, 21}, 2),
      log_softmax("rows", {3, 10}, 5),
      log_softmax("per pixel", {1, 3, 4, 21}, 2),
      l2_normalization("rows", {3, 128}),
      l2_normalization("per pixel", {2, 5, 7, 6}),
      local_response_normalization("radius 5", 5, 1, 1, 0.5f),
      local_response_normalization("radius 2", 2, 2, 0.1f, 0.75f),
      local_response_normalization("radius beyond the channels", 40, 1, 0.5f, 1),
      local_response_normalization("radius 0", 0, 1, 1, 0.5f),
  };
  OpCase far_apart = log_softmax("far apart", {2, 37}, 50);
  far_apart.quantizable = false;  // INT8 ends at -16
  rows.push_back(far_apart);
  OpCase short_rows = l2_normalization("next to nothing", {2, 9}, 1e-7f);
  short_rows.quantizable = false;  // only float knows a least length
  rows.push_back(short_rows);
  return rows;
}

}  // namespace webquant::test
