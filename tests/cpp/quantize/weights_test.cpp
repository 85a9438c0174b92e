// Static INT8: what becomes of weights and biases, and which operator versions are written.
#include <catch_amalgamated.hpp>
#include <cmath>
#include <cstring>

#include "model/load.h"
#include "oracle/oracle.h"
#include "quantize/quantize.h"
#include "support/model_builder.h"
#include "support/models.h"
#include "support/quantized.h"

namespace webquant::test {
namespace {

const QuantSpec kInt8 = {.io = DType::INT8};

Model fully_connected_model(std::span<const float> weights, Shape shape, std::span<const float> bias) {
  ModelBuilder b("fully connected");
  const int x = b.input("x", {1, shape[1]});
  b.output(b.fully_connected("y", x, weights, shape, bias));
  return load(b.save());
}

// Weights within half a step of the originals, with the largest of each channel at 127; biases within half a step of
// theirs.
void check_constants(const Model& original, const Model& quantized, size_t original_op, size_t op, size_t axis) {
  const Constant weights(quantized, op, 1), bias(quantized, op, 2);
  const float input_scale = params_of(input_of(quantized, op, 0)).scale;
  const auto w = constant_values<float>(original, input_of(original, original_op, 1));
  const auto b = constant_values<float>(original, input_of(original, original_op, 2));
  const Shape& shape = weights.tensor.shape;
  REQUIRE(weights.tensor.type == DType::INT8);
  REQUIRE(bias.tensor.type == DType::INT32);
  CHECK(weights.quant.quantized_dimension == static_cast<int>(axis));
  CHECK(weights.quant.scale.size() == static_cast<size_t>(shape[axis]));
  CHECK(weights.quant.zero_point == std::vector<int64_t>(weights.quant.scale.size()));
  CHECK(bias.quant.quantized_dimension == 0);
  CHECK(bias.quant.scale.size() == b.size());
  CHECK(bias.quant.zero_point == std::vector<int64_t>(b.size()));
  size_t inner = 1;
  for (size_t d = axis + 1; d < shape.size(); ++d) inner *= static_cast<size_t>(shape[d]);
  std::vector<int> largest(b.size());
  for (size_t k = 0; k < w.size(); ++k) {
    const size_t c = k / inner % b.size();
    REQUIRE(std::abs(weights.int8(k) * weights.quant.scale[c] - w[k]) <= 0.5001f * weights.quant.scale[c]);
    largest[c] = std::max(largest[c], std::abs(int{weights.int8(k)}));
  }
  for (size_t c = 0; c < b.size(); ++c) {
    CHECK(largest[c] == 127);
    CHECK(bias.quant.scale[c] == input_scale * weights.quant.scale[c]);
    CHECK(std::abs(double{bias.quant.scale[c]} * bias.int32(c) - b[c]) <= 0.5001 * double{bias.quant.scale[c]});
  }
}

}  // namespace

TEST_CASE("weights and biases have a scale a channel", "[quantize]") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  const Model model = small_classifier(random);
  const Stats stats = stats_of(model);
  const Model result = quantize_checked(model, kInt8, &stats).model;
  check_constants(model, result, only_op(model, OpCode::CONV_2D), only_op(result, OpCode::CONV_2D), 0);
  check_constants(model, result, only_op(model, OpCode::DEPTHWISE_CONV_2D), only_op(result, OpCode::DEPTHWISE_CONV_2D),
                  3);
  check_constants(model, result, only_op(model, OpCode::FULLY_CONNECTED), only_op(result, OpCode::FULLY_CONNECTED), 0);
}

TEST_CASE("weights and biases have one scale where that is asked for", "[quantize]") {
  const Model model = tiny_model();
  const Stats stats = stats_of(model);
  const Model result = quantize_checked(model, {.io = DType::INT8, .per_channel = false}, &stats).model;
  const Constant weights(result, 0, 1), bias(result, 0, 2);
  CHECK(params_of(weights.tensor) == QuantParams{12.0f / 127, 0});
  CHECK(params_of(bias.tensor) == QuantParams{params_of(input_of(result, 0, 0)).scale * (12.0f / 127), 0});
  CHECK(weights.int8(11) == -127);
}

TEST_CASE("static INT8 writes the versions that TFLite expects", "[quantize]") {
  Random random(1);
  const Model model = small_classifier(random);
  const Stats stats = stats_of(model);
  const Model result = quantize_checked(model, {}, &stats).model;
  const std::map<std::string, int> expected = {{"CONV_2D", 3},   {"DEPTHWISE_CONV_2D", 3}, {"FULLY_CONNECTED", 4},
                                               {"ADD", 2},       {"LOGISTIC", 2},          {"CONCATENATION", 2},
                                               {"MEAN", 2},      {"SOFTMAX", 2},           {"QUANTIZE", 1},
                                               {"DEQUANTIZE", 2}};
  for (size_t i = 0; i < graph(result).operators.size(); ++i) {
    const std::string type = op_type(result, *graph(result).operators[i]);
    INFO(type);
    CHECK(version_of(result, i) == expected.at(type));
  }
}

TEST_CASE("a weight scale grows where the bias would overflow", "[quantize]") {
  // |bias| / (s_in * s_w) must stay below 2^30. Weights of 1e-33 as training leaves them in dead channels, with a bias
  // of 1.
  const std::vector<float> weights = {1, 0.5f, -1, 1e-33f, -1e-33f, 2e-33f, 1e-6f, 1e-6f, 1e-6f},
                           bias = {0.5f, 1, 1000};
  const Model model = fully_connected_model(weights, {3, 3}, bias);
  const Stats stats = stats_of(model);
  const Model result = quantize_checked(model, kInt8, &stats).model;
  const Constant w(result, 0, 1), b(result, 0, 2);
  const double input_scale = params_of(input_of(result, 0, 0)).scale;
  CHECK(w.quant.scale.at(0) == 1.0f / 127);
  for (size_t c = 0; c < 3; ++c) {
    INFO("channel " << c);
    REQUIRE((std::isnormal(w.quant.scale.at(c)) && std::isnormal(b.quant.scale.at(c))));
    CHECK(std::abs(b.int32(c)) <= 0x1p30 * (1 + 0x1p-22));  // the scale is rounded to float
    CHECK(std::abs(b.int32(c) * double{b.quant.scale[c]} - bias[c]) <=
          0.5001 * double{b.quant.scale[c]} + 1e-7 * bias[c]);
    CHECK(b.quant.scale[c] == Catch::Approx(input_scale * double{w.quant.scale[c]}).epsilon(1e-6));
    for (size_t i = 0; i < 3; ++i) {
      CHECK(std::abs(w.int8(3 * c + i) * double{w.quant.scale[c]} - weights[3 * c + i]) <=
            0.5001 * double{w.quant.scale[c]});
    }
  }
}

TEST_CASE("channels of zeros and of tiny weights stay usable", "[quantize]") {
  const std::vector<float> weights = {0, 0, 1e-33f, -1e-33f, 1e-40f, 1e-40f, 1, 1}, bias = {0, 0, 0, 0};
  const bool per_channel = GENERATE(true, false);
  const Model model = fully_connected_model(weights, {4, 2}, bias);
  const Stats stats = stats_of(model);
  for (const Mode mode : {Mode::kStaticInt8, Mode::kDynamicInt8}) {
    const Model result =
        quantize_checked(model, {.mode = mode, .per_channel = per_channel, .min_elements = 0}, &stats).model;
    const size_t op = only_op(result, OpCode::FULLY_CONNECTED);
    const Constant w(result, op, 1);
    REQUIRE(w.tensor.type == DType::INT8);
    for (const float scale : w.quant.scale) CHECK(std::isnormal(scale));
    CHECK(w.int8(0) == 0);
    CHECK(w.int8(7) == 127);
    if (mode == Mode::kDynamicInt8) continue;
    // XNNPACK and TFLite both refuse a requantization scale that is not a normal number.
    for (const float scale : Constant(result, op, 2).quant.scale) CHECK(std::isnormal(scale));
  }
}

TEST_CASE("scales are normal numbers, however small activations and weights are", "[quantize]") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  const bool per_channel = GENERATE(true, false);
  for (int i = 0; i < 500; ++i) {
    const float range = std::exp2(random.uniform(-149, 20)), size = std::exp2(random.uniform(-149, 20));
    const auto weights = random.values(4, -size, size);
    const std::vector<float> bias = {0, i % 2 ? range * size : 0};
    CAPTURE(range, weights, bias);
    const Model model = fully_connected_model(weights, {2, 2}, bias);
    const Stats stats = stats_of(model, {{"x", {.min = -range, .max = range}}});
    const Model result = quantize_checked(model, {.io = DType::INT8, .per_channel = per_channel}, &stats).model;
    const size_t op = only_op(result, OpCode::FULLY_CONNECTED);
    const Constant w(result, op, 1), b(result, op, 2);
    for (const float scale : w.quant.scale) REQUIRE((scale > 0 && std::isnormal(scale)));
    for (const float scale : b.quant.scale) REQUIRE((scale > 0 && std::isnormal(scale)));
  }
}

TEST_CASE("a missing bias is added where INT8 needs one", "[quantize]") {
  Random random(1);
  ModelBuilder b("without bias");
  const int x = b.input("x", {1, 4, 4, 3});
  const int conv = b.conv_2d("conv", x, random.values(5 * 9 * 3), {5, 3, 3, 3}, {}, {});
  const int depthwise = b.depthwise_conv_2d("depthwise", conv, random.values(9 * 5), {1, 3, 3, 5}, {}, {});
  b.output(b.fully_connected("y", depthwise, random.values(7 * 80), {7, 80}, {}));
  const Model model = load(b.save());
  const Stats stats = stats_of(model);
  const Model result = quantize_checked(model, kInt8, &stats).model;
  for (size_t op = 0; op < 2; ++op) {
    CHECK(graph(model).operators[op]->inputs.size() == 2);  // TFLite refuses a bias of -1 here
    REQUIRE(graph(result).operators[op]->inputs.size() == 3);
    const Constant bias(result, op, 2);
    CHECK(bias.tensor.type == DType::INT32);
    CHECK(bias.tensor.shape == Shape{5});
    CHECK(bias.data.size() == 20);
    CHECK(std::ranges::count(bias.data, 0) == 20);
    CHECK(bias.quant.scale.size() == 5);
    CHECK(version_of(result, op) == 3);
  }
  const bool has_bias = graph(result).operators[2]->inputs.size() == 3 && graph(result).operators[2]->inputs[2] >= 0;
  CHECK(version_of(result, 2) == (has_bias ? 4 : 6));
}

TEST_CASE("constants that operators share are quantized for each of them", "[quantize]") {
  // Two FULLY_CONNECTED on inputs of different ranges with the same weights and bias, and an ADD with a constant used
  // twice.
  Random random(1);
  ModelBuilder b("shared");
  const int p = b.input("p", {1, 3}), q = b.input("q", {1, 3});
  const int w = b.constant("w", {3, 3}, random.values(9)), bias = b.constant("bias", {3}, random.values(3));
  tflite::BuiltinOptionsUnion options;
  options.Set(tflite::FullyConnectedOptionsT());
  const int a = b.op(OpCode::FULLY_CONNECTED, "a", {p, w, bias}, options);
  const int c = b.op(OpCode::FULLY_CONNECTED, "c", {q, w, bias}, options);
  const int s = b.add("s", a, bias), t = b.add("t", c, bias);
  b.output(b.add("y", s, t));
  const Model model = load(b.save());
  const Stats stats = stats_of(model, {{"p", {-1, 1}}, {"q", {-9, 9}}});
  const Model result = quantize_checked(model, kInt8, &stats).model;
  const auto original = constant_values<float>(model, input_of(model, 0, 2));
  for (size_t op = 0; op < 2; ++op) {
    const Constant weights(result, op, 1), shifted(result, op, 2);
    for (size_t i = 0; i < 3; ++i) {
      CHECK(shifted.quant.scale.at(i) == params_of(input_of(result, op, 0)).scale * weights.quant.scale.at(i));
      CHECK(shifted.int32(i) * shifted.quant.scale[i] ==
            Catch::Approx(original[i]).margin(0.51 * shifted.quant.scale[i]));
    }
  }
  // As an operand of ADD the same values are an activation.
  for (size_t op = 2; op < 4; ++op) {
    const Constant constant(result, op, 1);
    REQUIRE(constant.tensor.type == DType::INT8);
    const QuantParams params = params_of(constant.tensor);
    for (size_t i = 0; i < 3; ++i) {
      CHECK(params.scale * static_cast<float>(constant.int8(i) - params.zero_point) ==
            Catch::Approx(original[i]).margin(0.51 * params.scale));
    }
  }
}

}  // namespace webquant::test
