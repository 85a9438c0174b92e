// Rows of convolutions and matrix products.
#include "cases/cases.h"
#include "cases/windows.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;
using Activation = tflite::ActivationFunctionType;
constexpr tflite::Padding VALID = tflite::Padding::VALID;

Operand weights(Shape shape) { return {.kind = Operand::Kind::kConstant, .shape = std::move(shape)}; }

std::vector<Operand> with_bias(Shape x, Shape w, int32_t channels, bool bias) {
  std::vector<Operand> operands = {input(std::move(x)), weights(std::move(w))};
  if (bias) operands.push_back(weights({channels}));
  return operands;
}

OpCase conv(std::string name, Shape x, Shape w, Window window = {}) {
  tflite::Conv2DOptionsT options;
  options.padding = window.padding;
  options.stride_h = window.stride_h;
  options.stride_w = window.stride_w;
  options.dilation_h_factor = window.dilation_h;
  options.dilation_w_factor = window.dilation_w;
  options.fused_activation_function = window.activation;
  return {.name = "CONV_2D " + name,
          .code = CONV_2D,
          .operands = with_bias(x, w, w[0], window.bias),
          .options = options_of(options),
          .dynamic = Dynamic::kInteger,
          .int8_stays_float = window.activation == Activation::TANH};
}

OpCase depthwise(std::string name, Shape x, Shape w, Window window = {}) {
  tflite::DepthwiseConv2DOptionsT options;
  options.padding = window.padding;
  options.stride_h = window.stride_h;
  options.stride_w = window.stride_w;
  options.depth_multiplier = w[3] / x[3];
  options.dilation_h_factor = window.dilation_h;
  options.dilation_w_factor = window.dilation_w;
  options.fused_activation_function = window.activation;
  return {.name = "DEPTHWISE_CONV_2D " + name,
          .code = DEPTHWISE_CONV_2D,
          .operands = with_bias(x, w, w[3], window.bias),
          .options = options_of(options),
          .dynamic = Dynamic::kExpanded,
          .int8_stays_float = window.activation == Activation::TANH};
}

OpCase transpose_conv(std::string name, Shape y, Shape x, Shape w, Window window = {}) {
  tflite::TransposeConvOptionsT options;
  options.padding = window.padding;
  options.stride_h = window.stride_h;
  options.stride_w = window.stride_w;
  options.fused_activation_function = window.activation;
  std::vector<Operand> operands = {ints(y), weights(w), input(x)};
  if (window.bias) operands.push_back(weights({w[0]}));
  return {.name = "TRANSPOSE_CONV " + name,
          .code = TRANSPOSE_CONV,
          .operands = operands,
          .options = options_of(options),
          .dynamic = Dynamic::kInteger,
          .int8_stays_float = window.activation == Activation::TANH};
}

OpCase fully_connected(std::string name, Shape x, Shape w, bool bias = true, bool keep_num_dims = false,
                       Activation activation = Activation::NONE) {
  tflite::FullyConnectedOptionsT options;
  options.keep_num_dims = keep_num_dims;
  options.fused_activation_function = activation;
  return {.name = "FULLY_CONNECTED " + name,
          .code = FULLY_CONNECTED,
          .operands = with_bias(x, w, w[0], bias),
          .options = options_of(options),
          .dynamic = Dynamic::kInteger,
          .int8_stays_float = activation == Activation::TANH};
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

std::vector<OpCase> conv_cases() {
  const Shape x = {2, 9, 7, 6}, w = {10, 3, 3, 6}, dw = {1, 3, 3, 6};
  std::vector<OpCase> rows = {
      conv("3x3, SAME", x, w),
      conv("3x3, VALID", x, w, {.padding = VALID}),
      conv("3x3, stride 2, SAME", x, w, {.stride_h = 2, .stride_w = 2}),
      conv("3x3, stride 2, SAME, even size", {1, 8, 8, 3}, {16, 3, 3, 3}, {.stride_h = 2, .stride_w = 2}),
      conv("3x3, stride 2, VALID", x, w, {.stride_h = 2, .stride_w = 2, .padding = VALID}),
      conv("strides 2 and 1", x, w, {.stride_h = 2}),
      conv("strides 1 and 3", x, w, {.stride_w = 3, .padding = VALID}),
      conv("3x3, dilation 2, SAME", x, w, {.dilation_h = 2, .dilation_w = 2}),
      conv("3x3, dilations 1 and 3, SAME", x, w, {.dilation_w = 3}),
      conv("3x3, dilation 2, VALID", x, w, {.dilation_h = 2, .dilation_w = 2, .padding = VALID}),
      conv("1x1", x, {9, 1, 1, 6}),
      conv("1x1, many channels", {1, 4, 4, 67}, {70, 1, 1, 67}),
      conv("1x1, stride 2", x, {9, 1, 1, 6}, {.stride_h = 2, .stride_w = 2}),
      conv("5x1", x, {4, 5, 1, 6}),
      conv("1x4, VALID", x, {4, 1, 4, 6}, {.padding = VALID}),
      conv("whole map", x, {5, 9, 7, 6}, {.padding = VALID}),
      conv("one channel", {1, 12, 10, 1}, {8, 5, 3, 1}, {.stride_h = 2, .stride_w = 2}),
      conv("one output", x, {1, 3, 3, 6}),
      conv("2 groups", x, {10, 3, 3, 3}),
      conv("3 groups, 1x1", x, {9, 1, 1, 2}),
      conv("as many groups as channels", x, {12, 3, 3, 1}, {.stride_h = 2, .stride_w = 2}),
      conv("without bias", x, w, {.bias = false}),
      conv("RELU", x, w, {.activation = Activation::RELU}),
      conv("RELU6", x, w, {.activation = Activation::RELU6}),
      conv("RELU_N1_TO_1", x, w, {.activation = Activation::RELU_N1_TO_1}),
      conv("TANH", x, w, {.activation = Activation::TANH}),
      depthwise("3x3, SAME", x, dw),
      depthwise("3x3, VALID", x, dw, {.padding = VALID}),
      depthwise("3x3, stride 2, SAME", x, dw, {.stride_h = 2, .stride_w = 2}),
      depthwise("3x3, stride 2, VALID", x, dw, {.stride_h = 2, .stride_w = 2, .padding = VALID}),
      depthwise("strides 1 and 2", x, dw, {.stride_w = 2}),
      depthwise("dilation 2", x, dw, {.dilation_h = 2, .dilation_w = 2}),
      depthwise("dilations 3 and 1, VALID", x, dw, {.dilation_h = 3, .padding = VALID}),
      depthwise("1x1", x, {1, 1, 1, 6}),
      depthwise("2x2", x, {1, 2, 2, 6}),
      depthwise("5x5, 35 channels", {1, 9, 9, 35}, {1, 5, 5, 35}),
      depthwise("7x5, stride 2", {1, 15, 13, 9}, {1, 7, 5, 9}, {.stride_h = 2, .stride_w = 2}),
      depthwise("multiplier 2", x, {1, 3, 3, 12}),
      depthwise("multiplier 2, stride 2", x, {1, 3, 3, 12}, {.stride_h = 2, .stride_w = 2, .padding = VALID}),
      depthwise("multiplier 8 of one channel", {1, 12, 10, 1}, {1, 5, 3, 8}, {.stride_h = 2, .stride_w = 2}),
      depthwise("without bias", x, dw, {.bias = false}),
      depthwise("RELU", x, dw, {.activation = Activation::RELU}),
      depthwise("RELU6", x, dw, {.activation = Activation::RELU6}),
      depthwise("RELU_N1_TO_1", x, dw, {.activation = Activation::RELU_N1_TO_1}),
      depthwise("TANH", x, dw, {.activation = Activation::TANH}),
      transpose_conv("3x3, stride 1, SAME", {2, 5, 7, 4}, {2, 5, 7, 6}, {4, 3, 3, 6}),
      transpose_conv("3x3, stride 2, SAME", {2, 10, 14, 4}, {2, 5, 7, 6}, {4, 3, 3, 6}, {.stride_h = 2, .stride_w = 2}),
      transpose_conv("3x3, stride 2, SAME, odd size", {2, 9, 13, 4}, {2, 5, 7, 6}, {4, 3, 3, 6},
                     {.stride_h = 2, .stride_w = 2}),
      transpose_conv("2x2, stride 2, SAME", {1, 10, 14, 2}, {1, 5, 7, 16}, {2, 2, 2, 16},
                     {.stride_h = 2, .stride_w = 2}),
      transpose_conv("4x4, stride 2, SAME", {1, 10, 14, 3}, {1, 5, 7, 6}, {3, 4, 4, 6}, {.stride_h = 2, .stride_w = 2}),
      transpose_conv("3x3, stride 1, VALID", {2, 7, 9, 4}, {2, 5, 7, 6}, {4, 3, 3, 6}, {.padding = VALID}),
      transpose_conv("3x3, stride 2, VALID", {2, 11, 15, 4}, {2, 5, 7, 6}, {4, 3, 3, 6},
                     {.stride_h = 2, .stride_w = 2, .padding = VALID}),
      transpose_conv("3x3, stride 2, VALID, one row more", {2, 12, 16, 4}, {2, 5, 7, 6}, {4, 3, 3, 6},
                     {.stride_h = 2, .stride_w = 2, .padding = VALID}),
      transpose_conv("strides 3 and 1", {1, 15, 7, 4}, {1, 5, 7, 6}, {4, 3, 2, 6}, {.stride_h = 3}),
      transpose_conv("kernel smaller than the stride", {1, 15, 21, 4}, {1, 5, 7, 6}, {4, 2, 1, 6},
                     {.stride_h = 3, .stride_w = 3}),
      transpose_conv("1x1", {2, 5, 7, 9}, {2, 5, 7, 6}, {9, 1, 1, 6}),
      transpose_conv("many channels", {1, 8, 8, 35}, {1, 4, 4, 33}, {35, 3, 3, 33}, {.stride_h = 2, .stride_w = 2}),
      transpose_conv("without bias", {2, 10, 14, 4}, {2, 5, 7, 6}, {4, 3, 3, 6},
                     {.stride_h = 2, .stride_w = 2, .bias = false}),
      transpose_conv("RELU", {2, 10, 14, 4}, {2, 5, 7, 6}, {4, 3, 3, 6},
                     {.stride_h = 2, .stride_w = 2, .activation = Activation::RELU}),
      transpose_conv("RELU6", {2, 10, 14, 4}, {2, 5, 7, 6}, {4, 3, 3, 6},
                     {.stride_h = 2, .stride_w = 2, .activation = Activation::RELU6}),
      transpose_conv("TANH", {2, 10, 14, 4}, {2, 5, 7, 6}, {4, 3, 3, 6},
                     {.stride_h = 2, .stride_w = 2, .activation = Activation::TANH}),
      fully_connected("matrix", {3, 40}, {12, 40}),
      fully_connected("one row", {1, 65}, {10, 65}),
      fully_connected("one output", {2, 33}, {1, 33}),
      fully_connected("flattened map", {2, 3, 5, 4}, {12, 60}),
      fully_connected("map as one row", {2, 3, 5, 4}, {12, 120}),
      fully_connected("keep_num_dims", {2, 3, 5, 8}, {12, 8}, true, true),
      fully_connected("without bias", {3, 40}, {12, 40}, false),
      fully_connected("RELU", {3, 40}, {12, 40}, true, false, Activation::RELU),
      fully_connected("RELU6", {3, 40}, {12, 40}, true, false, Activation::RELU6),
      fully_connected("RELU_N1_TO_1", {3, 40}, {12, 40}, true, false, Activation::RELU_N1_TO_1),
      fully_connected("TANH", {3, 40}, {12, 40}, true, false, Activation::TANH),
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
  // An absent bias may also be named as such.
  OpCase absent = fully_connected("bias -1", {3, 40}, {12, 40}, false);
  absent.operands.push_back({.kind = Operand::Kind::kAbsent});
  rows.push_back(absent);
  return rows;
}

}  // namespace webquant::test
