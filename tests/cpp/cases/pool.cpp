// Rows of pools.
#include "cases/cases.h"
#include "cases/windows.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;
using Activation = tflite::ActivationFunctionType;
constexpr tflite::Padding VALID = tflite::Padding::VALID;

OpCase pool(std::string name, OpCode code, Shape x, int height, int width, Window window = {}) {
  tflite::Pool2DOptionsT options;
  options.padding = window.padding;
  options.stride_h = window.stride_h;
  options.stride_w = window.stride_w;
  options.filter_height = height;
  options.filter_width = width;
  options.fused_activation_function = window.activation;
  const bool moves_values = code == MAX_POOL_2D && window.activation == Activation::NONE;
  return {.name = std::string(tflite::EnumNameBuiltinOperator(code)) + " " + name,
          .code = code,
          .operands = {input(x)},
          .options = options_of(options),
          .int8_steps = moves_values ? 0 : 1,
          .int8_stays_float = code == L2_POOL_2D || window.activation == Activation::TANH};
}

void add_pools(std::vector<OpCase>& rows, OpCode code) {
  const Shape x = {2, 9, 7, 6};
  rows.push_back(pool("2x2, stride 2, VALID", code, x, 2, 2, {.stride_h = 2, .stride_w = 2, .padding = VALID}));
  rows.push_back(pool("3x3, stride 2, SAME", code, x, 3, 3, {.stride_h = 2, .stride_w = 2}));
  rows.push_back(pool("3x3, stride 1, SAME", code, x, 3, 3));
  rows.push_back(pool("3x2, strides 2 and 1, SAME", code, x, 3, 2, {.stride_h = 2}));
  rows.push_back(pool("2x3, strides 1 and 3, VALID", code, x, 2, 3, {.stride_w = 3, .padding = VALID}));
  rows.push_back(pool("1x1, stride 2", code, x, 1, 1, {.stride_h = 2, .stride_w = 2, .padding = VALID}));
  rows.push_back(pool("1x1, stride 1", code, x, 1, 1));
  rows.push_back(pool("2x2, stride 3, SAME", code, x, 2, 2, {.stride_h = 3, .stride_w = 3}));
  rows.push_back(pool("1x3, stride 2, SAME", code, x, 1, 3, {.stride_h = 2, .stride_w = 2}));
  rows.push_back(pool("3x1, strides 1 and 4, VALID", code, x, 3, 1, {.stride_w = 4, .padding = VALID}));
  rows.push_back(
      pool("2x2, stride 3, RELU6", code, x, 2, 2, {.stride_h = 3, .stride_w = 3, .activation = Activation::RELU6}));
  rows.push_back(pool("whole map", code, x, 9, 7, {.padding = VALID}));
  rows.push_back(pool("whole map, stride 2", code, x, 9, 7, {.stride_h = 2, .stride_w = 2, .padding = VALID}));
  rows.push_back(pool("window larger than the map, SAME", code, {1, 3, 3, 4}, 5, 5));
  rows.push_back(pool("RELU", code, x, 2, 2, {.stride_h = 2, .stride_w = 2, .activation = Activation::RELU}));
  rows.push_back(pool("RELU6", code, x, 2, 2, {.activation = Activation::RELU6}));
  rows.push_back(pool("RELU_N1_TO_1", code, x, 2, 2, {.activation = Activation::RELU_N1_TO_1}));
}

}  // namespace

std::vector<OpCase> pool_cases() {
  std::vector<OpCase> rows;
  for (const OpCode code : {AVERAGE_POOL_2D, MAX_POOL_2D, L2_POOL_2D}) add_pools(rows, code);
  return rows;
}

}  // namespace webquant::test
