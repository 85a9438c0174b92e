// Rows of asymmetric uint8, as models of TensorFlow 1 have it. What only moves values has its uint8 rows elsewhere.
#include "cases/cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

const Shape kMap = {2, 5, 7, 6};
constexpr QuantParams kQuant = {0.02f, 110};

Operand bytes(Shape shape = kMap, QuantParams quant = kQuant) { return input(std::move(shape), DType::UINT8, quant); }

OpCase row(OpCode code, std::vector<Operand> operands, QuantParams output, tflite::BuiltinOptionsUnion options = {},
           const std::string& name = "") {
  return {.name = text(tflite::EnumNameBuiltinOperator(code), " uint8", name.empty() ? "" : ", ", name),
          .code = code,
          .operands = std::move(operands),
          .options = std::move(options),
          .quantizable = false,
          .output_type = DType::UINT8,
          .output_quant = output};
}

tflite::BuiltinOptionsUnion pool(tflite::ActivationFunctionType activation = tflite::ActivationFunctionType::NONE) {
  tflite::Pool2DOptionsT options;
  options.filter_height = options.filter_width = 3;
  options.stride_h = options.stride_w = 2;
  options.fused_activation_function = activation;
  return options_of(options);
}

tflite::BuiltinOptionsUnion relu_add() {
  tflite::AddOptionsT options;
  options.fused_activation_function = tflite::ActivationFunctionType::RELU;
  return options_of(options);
}

tflite::BuiltinOptionsUnion softmax() {
  tflite::SoftmaxOptionsT options;
  options.beta = 1;
  return options_of(options);
}

tflite::BuiltinOptionsUnion leaky() {
  tflite::LeakyReluOptionsT options;
  options.alpha = 0.1f;
  return options_of(options);
}

}  // namespace

std::vector<OpCase> uint8_cases() {
  const auto concatenation = [] {
    tflite::ConcatenationOptionsT options;
    options.axis = 3;
    return options_of(options);
  };
  const QuantParams other = {0.03f, 90}, wide = {0.045f, 120};
  return {
      row(ADD, {bytes(), bytes(kMap, other)}, wide, options_of(tflite::AddOptionsT())),
      row(ADD, {bytes(), bytes({6}, other)}, {0.03f, 0}, relu_add(), "RELU"),
      row(SUB, {bytes(), bytes(kMap, other)}, wide, options_of(tflite::SubOptionsT())),
      row(MUL, {bytes(), bytes({2, 1, 1, 6}, other)}, {0.06f, 128}, options_of(tflite::MulOptionsT())),
      row(MAXIMUM, {bytes(), bytes()}, kQuant, options_of(tflite::MaximumMinimumOptionsT())),
      row(MINIMUM, {bytes(), bytes()}, kQuant, options_of(tflite::MaximumMinimumOptionsT())),
      row(RELU, {bytes()}, {0.0115f, 0}),
      row(RELU6, {bytes(kMap, {0.05f, 60})}, {0.0236f, 0}),
      row(LEAKY_RELU, {bytes()}, kQuant, leaky()),
      row(LOGISTIC, {bytes(kMap, {0.05f, 128})}, {1.0f / 256, 0}),
      row(TANH, {bytes(kMap, {0.03f, 128})}, {1.0f / 128, 128}),
      row(SOFTMAX, {bytes({3, 10}, {0.05f, 128})}, {1.0f / 256, 0}, softmax()),
      row(L2_NORMALIZATION, {bytes()}, {1.0f / 128, 128}, options_of(tflite::L2NormOptionsT())),
      row(AVERAGE_POOL_2D, {bytes()}, kQuant, pool()),
      row(AVERAGE_POOL_2D, {bytes()}, kQuant, pool(tflite::ActivationFunctionType::RELU), "RELU"),
      row(MAX_POOL_2D, {bytes()}, kQuant, pool()),
      row(MEAN, {bytes(), ints({1, 2})}, {0.01f, 100}, options_of(tflite::ReducerOptionsT())),
      row(SUM, {bytes(), ints({3})}, {0.1f, 100}, options_of(tflite::ReducerOptionsT())),
      row(REDUCE_MAX, {bytes(), ints({1, 2})}, kQuant, options_of(tflite::ReducerOptionsT())),
      row(RESIZE_BILINEAR, {bytes(), ints({9, 14})}, kQuant, options_of(tflite::ResizeBilinearOptionsT())),
      row(CONCATENATION, {bytes(), bytes()}, kQuant, concatenation()),
  };
}

}  // namespace webquant::test
