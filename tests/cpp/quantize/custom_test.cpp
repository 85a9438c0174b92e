// Operators that webquant knows nothing of, with any number of operands, and operands of unusual kinds: each mode gives
// a sound file or an error.
#include <algorithm>
#include <catch_amalgamated.hpp>
#include <memory>

#include "model/load.h"
#include "model/save.h"
#include "quantize/quantize.h"
#include "support/custom.h"
#include "support/model_builder.h"
#include "support/quantized.h"
#include "support/random.h"

namespace webquant::test {
namespace {

using Activation = tflite::ActivationFunctionType;

constexpr Mode kModes[] = {Mode::kFp16, Mode::kDynamicInt8, Mode::kStaticInt8};

// Statistics with details by channel, of values up to `high`.
Stats detailed_stats(const Model& model, float high) {
  Stats stats = stats_of(model);
  for (auto& [name, seen] : stats.tensors) {
    seen = {.min = 0, .max = high};
    stats.details[name] = {
        .min_sum = 0, .max_sum = high, .channel_min = {0, 0}, .channel_max = {high, high}, .channel_sum = {high, high}};
  }
  return stats;
}

TEST_CASE("custom operators of any operands are left as they are in every mode") {
  const Model models[] = {custom_model({}, {}, 0), custom_model({0}, {}, 1), custom_model({}, {0}, 1),
                          custom_model({-1, 0}, {1}, 2), custom_model({0, 0}, {1, 2}, 3)};
  for (const Model& model : models) {
    INFO(graph(model).tensors.size() << " tensors");
    for (const Mode mode : kModes) {
      for (const bool repaired : {false, true}) {
        const Stats stats = stats_of(model);
        const QuantSpec spec{.mode = mode, .equalize = repaired, .bias_correction = repaired, .min_elements = 0};
        const QuantResult result = quantize_checked(model, spec, &stats);
        REQUIRE(result.ops.size() == 1);
        CHECK(result.ops[0].decision == "float32");
        CHECK(save(result.model) == save(model));
      }
    }
  }
}

TEST_CASE("what the options of an unknown operator say of a clamp means nothing") {
  tflite::Conv2DOptionsT options;
  options.fused_activation_function = Activation::RELU6;
  for (const std::vector<int32_t>& outputs : {std::vector<int32_t>{}, {1}}) {
    Model model = custom_model({0}, outputs, 2);
    graph(model).operators[0]->builtin_options.Set(options);
    model = load(save(model));
    // Values that a clamp at 6 would call saturated.
    const Stats stats = detailed_stats(model, 5);
    const QuantResult result = quantize_checked(model, {.equalize = true, .bias_correction = true}, &stats);
    CHECK(std::ranges::none_of(
        result.warnings, [](const std::string& warning) { return warning.find("clamped") != std::string::npos; }));
  }
}

TEST_CASE("a clamp is not fused into an unknown operator") {
  ModelBuilder b("clamp behind a custom operator");
  const int x = b.input("x", {1, 4});
  const int y = b.add("y", x, x);
  b.output(b.op(OpCode::RELU, "z", {y}));
  Model model = load(b.save());
  make_custom(model, 0);
  model = load(save(model));
  for (const Mode mode : kModes) {
    const Stats stats = stats_of(model);
    const Model quantized = quantize_checked(model, {.mode = mode}, &stats).model;
    CHECK(std::ranges::any_of(graph(quantized).operators,
                              [&](const auto& op) { return op_code(quantized, *op) == OpCode::RELU; }));
  }
}

TEST_CASE("variables and tensors without elements, which no operator makes, are read where they are") {
  const bool is_variable = GENERATE(true, false);
  CAPTURE(is_variable);
  const int32_t size = is_variable ? 4 : 0;
  ModelBuilder b("state");
  const int x = b.input("x", {1, size}), state = b.input("state", {1, size});
  b.output(b.add("y", x, state));
  graph(b.model()).inputs = {x};
  b.tensor(state).is_variable = is_variable;
  const Model model = load(b.save());
  for (const DType io : {DType::FLOAT32, DType::INT8, DType::UINT8}) {
    const Stats stats = stats_of(model);
    const Model quantized = quantize_checked(model, {.io = io}, &stats).model;
    for (const auto& op : graph(quantized).operators) {
      CHECK(std::ranges::count(op->inputs, -1) == 0);
      CHECK(std::ranges::count(op->outputs, -1) == 0);
    }
  }
}

TEST_CASE("bias correction reads no window from weights that have none") {
  // FULLY_CONNECTED with the options of a convolution.
  Random random(Catch::getSeed());
  ModelBuilder b("foreign options");
  const auto weights = random.values(3 * 2), bias = random.values(3);
  b.output(b.fully_connected("y", b.input("x", {1, 2}), weights, {3, 2}, bias));
  Model model = load(b.save());
  tflite::Conv2DOptionsT options;
  options.stride_h = options.stride_w = 1;
  graph(model).operators[0]->builtin_options.Set(options);
  model = load(save(model));
  const Stats stats = detailed_stats(model, 1);
  const Model corrected = quantize_checked(model, {.bias_correction = true}, &stats).model;
  CHECK(only_op(corrected, OpCode::FULLY_CONNECTED) < graph(corrected).operators.size());
}

}  // namespace
}  // namespace webquant::test
