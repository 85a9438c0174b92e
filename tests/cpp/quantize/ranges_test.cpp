// Static INT8: the ranges of tensors that what surrounds them decides.
#include "quantize/ranges.h"

#include <catch_amalgamated.hpp>
#include <limits>

#include "model/load.h"
#include "support/model_builder.h"
#include "support/models.h"
#include "support/quantized.h"
#include "support/random.h"

namespace webquant::test {
namespace {

using Activation = tflite::ActivationFunctionType;
constexpr float kLowest = std::numeric_limits<float>::lowest(), kInfinity = std::numeric_limits<float>::infinity();

struct Pool {
  int size, stride;
  tflite::Padding padding = tflite::Padding::VALID;
  Activation activation = Activation::NONE;
};

int pool(ModelBuilder& b, OpCode code, const char* name, int x, Pool pool) {
  tflite::Pool2DOptionsT options;
  options.padding = pool.padding;
  options.filter_width = options.filter_height = pool.size;
  options.stride_w = options.stride_h = pool.stride;
  options.fused_activation_function = pool.activation;
  tflite::BuiltinOptionsUnion all;
  all.Set(std::move(options));
  return b.op(code, name, {x}, std::move(all));
}

Model pooled(Pool options) {
  ModelBuilder b("pooled");
  b.output(pool(b, OpCode::AVERAGE_POOL_2D, "y", b.input("x", {1, 4, 4, 3}), options));
  return load(b.save());
}

const QuantSpec kInt8 = {.io = DType::INT8};

TEST_CASE("the average of a whole map has a scale of its own, as a MEAN") {
  const Pool options = GENERATE(Pool{4, 4}, Pool{4, 1}, Pool{4, 4, tflite::Padding::SAME});
  const Model model = pooled(options);
  const Stats stats = stats_of(model, {{"x", {.min = -3, .max = 9}}, {"y", {.min = 0, .max = 2}}});
  const Model quantized = quantize_checked(model, kInt8, &stats).model;
  const size_t mean = only_op(quantized, OpCode::MEAN);
  CHECK(graph(quantized).operators.size() == 1);
  CHECK(version_of(quantized, mean) == 2);
  const auto axes = constant_values<int32_t>(quantized, input_of(quantized, mean, 1));
  CHECK(std::vector(axes.begin(), axes.end()) == std::vector{1, 2});
  CHECK(graph(quantized).operators[mean]->builtin_options.AsReducerOptions()->keep_dims);
  CHECK(params_of(input_of(quantized, mean, 0)) == activation_params(-3, 9, false));
  CHECK(params_of(output_of(quantized, mean)) == activation_params(0, 2, false));
}

TEST_CASE("other averages keep their operator and the scale of their input") {
  const Pool options = GENERATE(Pool{2, 2}, Pool{4, 1, tflite::Padding::SAME}, Pool{4, 4, {}, Activation::RELU});
  const Model model = pooled(options);
  const Stats stats = stats_of(model, {{"x", {.min = -3, .max = 9}}, {"y", {.min = 0, .max = 2}}});
  const Model quantized = quantize_checked(model, kInt8, &stats).model;
  const size_t op = only_op(quantized, OpCode::AVERAGE_POOL_2D);
  CHECK(params_of(input_of(quantized, op, 0)) == params_of(output_of(quantized, op)));

  const QuantSpec floats{.excluded = [](const std::string& name) { return name == "y"; }};
  CHECK(count_ops(quantize_checked(pooled({4, 4}), floats, &stats).model, OpCode::AVERAGE_POOL_2D) == 1);
}

TEST_CASE("an addend needs no values that the sum's clamp takes away") {
  Random random(1);
  const Activation activation = GENERATE(Activation::NONE, Activation::RELU, Activation::RELU6);
  const bool is_read_twice = GENERATE(false, true);
  ModelBuilder b("sum");
  const int x = b.input("x", {1, 2, 2, 3});
  const auto weights = random.values(9, -1, 1);
  const int one = b.conv_2d("one", x, weights, {3, 1, 1, 3}, {}, {}),
            other = b.conv_2d("other", x, weights, {3, 1, 1, 3}, {}, {});
  b.output(b.add("sum", one, other, activation));
  if (is_read_twice) b.output(one);
  const Model model = load(b.save());
  const Stats stats = stats_of(model, {{"one", {.min = -10, .max = 20}}, {"other", {.min = -3, .max = 2}}});
  const Model quantized = quantize_checked(model, kInt8, &stats).model;
  const size_t add = only_op(quantized, OpCode::ADD);
  const float min = activation == Activation::NONE || is_read_twice ? -10.0f : -2.0f;
  const float max = activation == Activation::RELU6 && !is_read_twice ? 9.0f : 20.0f;
  CHECK(params_of(input_of(quantized, add, 0)) == activation_params(min, max, false));
  CHECK(params_of(input_of(quantized, add, 1)) == activation_params(-3, 2, false));
}

Model padded(float value, bool for_max_pool) {
  ModelBuilder b("padded");
  const int x = b.input("x", {1, 3, 3, 2});
  const int32_t around[] = {0, 0, 1, 1, 1, 1, 0, 0};
  const int y =
      b.op(OpCode::PADV2, "y", {x, b.constant("around", {4, 2}, around), b.constant("value", {}, std::vector{value})});
  b.output(pool(b, for_max_pool ? OpCode::MAX_POOL_2D : OpCode::AVERAGE_POOL_2D, "z", y, {3, 2}));
  return load(b.save());
}

TEST_CASE("padding below everything leaves the range to what is padded") {
  const float value = GENERATE(-kInfinity, kLowest, -3e38f, -1000.0f, -2.0f);
  const bool for_max_pool = GENERATE(true, false);
  const Model model = padded(value, for_max_pool);
  const bool unbounded = value < -1e30f;
  Stats stats = stats_of(model, {{"x", {.min = -1.5f, .max = 1}}, {"y", {.min = value, .max = 1}}});
  if (unbounded) stats.tensors.erase("y");  // as a calibrator gives them
  const Model quantized = quantize_checked(model, kInt8, &stats).model;
  const size_t pad = only_op(quantized, OpCode::PADV2);
  const auto expected = activation_params(for_max_pool || unbounded ? -1.5f : value, 1, false);
  CHECK(params_of(output_of(quantized, pad)) == expected);
  CHECK(params_of(input_of(quantized, pad, 0)) == expected);
  CHECK(params_of(input_of(quantized, pad, 2)) == expected);
  CHECK(Constant(quantized, pad, 2).int8(0) == -128);
}

TEST_CASE("padding that wins over what is padded keeps its value") {
  const Model model = padded(4, true);
  const Stats stats = stats_of(model, {{"x", {.min = -1, .max = 1}}, {"y", {.min = -1, .max = 4}}});
  const Model quantized = quantize_checked(model, kInt8, &stats).model;
  CHECK(params_of(output_of(quantized, only_op(quantized, OpCode::PADV2))) == activation_params(-1, 4, false));
}

}  // namespace
}  // namespace webquant::test
