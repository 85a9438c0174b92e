// Statistics and models with numbers near the ends of what a float holds: a file with sound scales, or an error.
#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "model/load.h"
#include "quantize/integer_bias.h"
#include "quantize/quantize.h"
#include "support/model_builder.h"
#include "support/quantized.h"
#include "support/random.h"

namespace webquant::test {
namespace {

using Activation = tflite::ActivationFunctionType;

constexpr float kMost = std::numeric_limits<float>::max() / 2;  // so that the width of a range is a float, too
constexpr int kChannels = 4;

// conv -> depthwise -> conv -> ADD with a clamp, with weights and biases of these magnitudes.
Model network(Random& random, float weight, float bias) {
  const auto weights = [&](size_t count) { return random.values(count, -weight, weight); };
  const auto biases = [&] { return random.values(kChannels, -bias, bias); };
  ModelBuilder b("absurd");
  const int x = b.input("x", {1, 4, 4, kChannels});
  int y = b.conv_2d("first", x, weights(kChannels * kChannels), {kChannels, 1, 1, kChannels}, biases(),
                    {.activation = Activation::RELU});
  y = b.depthwise_conv_2d("middle", y, weights(9 * kChannels), {1, 3, 3, kChannels}, biases(), {});
  y = b.conv_2d("last", y, weights(kChannels * kChannels), {kChannels, 1, 1, kChannels}, biases(), {});
  y = b.add("sum", y, x, Activation::RELU);
  b.output(b.op(OpCode::MUL, "product", {y, y}));
  return load(b.save());
}

// Each tensor and channel reaches about `magnitude`, and the sums are as large as they then can be.
Stats stats_of_magnitude(const Model& model, Random& random, double magnitude) {
  Stats stats = stats_of(model);
  for (auto& [name, seen] : stats.tensors) {
    TensorDetails& details = stats.details[name];
    for (int c = 0; c < kChannels; ++c) {
      // Some channels are far smaller than others.
      const double share = c % 2 == 0 ? 1 : random.values(1, 0, 1)[0] * 1e-30;
      details.channel_min.push_back(static_cast<float>(-share * magnitude));
      details.channel_max.push_back(static_cast<float>(share * magnitude));
      details.channel_sum.push_back(share * magnitude * static_cast<double>(stats.samples));
    }
    details.min_sum = -magnitude * static_cast<double>(stats.samples);
    details.max_sum = magnitude * static_cast<double>(stats.samples);
    seen = {.min = static_cast<float>(-magnitude), .max = static_cast<float>(magnitude)};
  }
  return stats;
}

// Scales are normal numbers, and biases leave room for the sum that they are added to.
void check_sound(const Model& model) {
  for (const auto& tensor : graph(model).tensors) {
    if (!tensor->quantization) continue;
    CAPTURE(tensor->name, to_string(tensor->type));
    for (const float scale : tensor->quantization->scale) REQUIRE((scale > 0 && std::isnormal(scale)));
    if (tensor->type != DType::INT32) continue;
    constexpr int64_t kMostSteps = int64_t{3} << 29;  // a correction may add half of 2^30
    for (const int32_t step : constant_values<int32_t>(model, *tensor)) REQUIRE(std::abs(int64_t{step}) <= kMostSteps);
  }
}

TEST_CASE("no magnitude of statistics, weights and biases overflows") {
  Random random(GENERATE(1u, 2u));
  const float weight = GENERATE(1e-38f, 1.0f, 1e30f, kMost), bias = GENERATE(1e-38f, 1.0f, 1e30f, kMost);
  const double magnitude = GENERATE(1e-45, 1e-30, 1.0, 1e20, 1e38, double{kMost});
  const bool per_channel = GENERATE(true, false), symmetric = GENERATE(true, false);
  CAPTURE(weight, bias, magnitude, per_channel, symmetric);
  const Model model = network(random, weight, bias);
  const Stats stats = stats_of_magnitude(model, random, magnitude);
  QuantSpec spec{.per_channel = per_channel, .symmetric = symmetric, .equalize = true, .bias_correction = true};
  try {
    check_sound(quantize_checked(model, spec, &stats).model);
  } catch (const Error& error) {
    INFO(error.where << ": " << error.message);
    CHECK(error.code == ErrorCode::kInvalidInput);
    CHECK(error.message.find("beyond float32") != std::string::npos);
    CHECK(std::max({double{weight}, double{bias}, magnitude}) >= 1e20);
  }
  spec = {.mode = Mode::kDynamicInt8, .per_channel = per_channel, .min_elements = 0};
  check_sound(quantize_checked(model, spec).model);
}

TEST_CASE("a bias is bounded as it is stored, corrected and rounded to a float") {
  const float input_scale = 1e10f;
  const std::vector<float> scales = {1e25f};  // of which 2^30 steps are beyond a float
  const std::vector<float> bias = {1e35f};
  CHECK(integer_bias(bias, {}, scales, input_scale) == std::vector<int32_t>{1});
  // The bias of a channel without weights has 2^30 steps before it is corrected.
  CHECK(integer_bias(std::vector<float>{1 << 30}, std::vector<double>{-4096}, std::vector<float>{1}, 1) ==
        std::vector<int32_t>{(1 << 30) + 4096});
  for (const double error : {-1e38, -1e39, 1e40, -1e44, 1e300, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
    CAPTURE(error);
    const int32_t stored = integer_bias(bias, std::vector<double>{error}, scales, input_scale)[0];
    // What does not fit leaves the bias as it was.
    CHECK(stored == (error == -1e38 ? 1001 : 1));
  }
}

TEST_CASE("details that contradict themselves are refused") {
  Random random(1);
  const Model model = network(random, 1, 1);
  const auto refuses = [&](auto change) {
    Stats stats = stats_of_magnitude(model, random, 1);
    change(stats.details.at("middle"));
    try {
      quantize(load(save(model)), {.equalize = true, .bias_correction = true}, &stats);
      return false;
    } catch (const Error& error) {
      CHECK(error.code == ErrorCode::kInvalidInput);
      CHECK(error.where == "stats.details[\"middle\"]");
      return true;
    }
  };
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  CHECK(refuses([](TensorDetails& seen) { seen.channel_min.pop_back(); }));
  CHECK(refuses([](TensorDetails& seen) { seen.channel_max.push_back(1); }));
  CHECK(refuses([](TensorDetails& seen) { seen.channel_sum.clear(); }));
  CHECK(refuses([](TensorDetails& seen) { seen.channel_min[0] = -kInfinity; }));
  CHECK(refuses([](TensorDetails& seen) { seen.channel_max[1] = std::nanf(""); }));
  CHECK(refuses([](TensorDetails& seen) { seen.max_sum = kInfinity; }));
  CHECK_FALSE(refuses([](TensorDetails&) {}));
}

}  // namespace
}  // namespace webquant::test
