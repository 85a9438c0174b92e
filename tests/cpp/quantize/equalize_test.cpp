// Cross-layer equalization, judged by the oracle.
#include "quantize/equalize.h"

#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <numeric>

#include "calibrate/observer.h"
#include "model/check.h"
#include "model/load.h"
#include "model/save.h"
#include "ops/table.h"
#include "oracle/oracle.h"
#include "support/calibrated.h"
#include "support/model_builder.h"
#include "support/quantized.h"
#include "support/random.h"

namespace webquant::test {
namespace {

using Activation = tflite::ActivationFunctionType;
constexpr int kChannels = 6;
const Shape kInput = {1, 6, 6, 3};

// conv -> depthwise -> conv, the MobileNet block; channel c of the first two is `factors[c]` times as large as it would
// be, and what reads it makes up for that.
Model block(Random& random, Activation activation, const std::vector<float>& factors) {
  const auto weights = [&](size_t count, auto factor) {
    auto out = random.values(count, -0.5f, 0.5f);
    for (size_t i = 0; i < count; ++i) out[i] *= factor(i);
    return out;
  };
  const auto one = [](size_t) { return 1.0f; };
  ModelBuilder b("block");
  int x = b.input("x", kInput);
  const auto first = weights(kChannels * 9 * 3, [&](size_t i) { return factors[i / 27]; });
  // Positive biases, so that RELU does not end a channel.
  const auto bias = [&] {
    auto out = random.values(kChannels, 0.3f, 0.6f);
    for (size_t i = 0; i < out.size(); ++i) out[i] *= factors[i];
    return out;
  };
  const auto first_bias = bias();
  x = b.conv_2d("first", x, first, {kChannels, 3, 3, 3}, first_bias, {.activation = activation});
  const auto middle = weights(9 * kChannels, one);
  const auto middle_bias = bias();
  x = b.depthwise_conv_2d("middle", x, middle, {1, 3, 3, kChannels}, middle_bias, {.activation = activation});
  const auto last = weights(4 * kChannels, [&](size_t i) { return 1 / factors[i % kChannels]; });
  x = b.conv_2d("last", x, last, {4, 1, 1, kChannels}, weights(4, one), {});
  b.output(x);
  return load(b.save());
}

// Of the candidate's output over all inputs, relative to the reference's magnitude.
double relative_error(const Model& reference, const Model& candidate, const Data& data) {
  double error = 0, signal = 0;
  for (const auto& inputs : data.inputs) {
    const Array expected = result_of(reference, inputs), actual = result_of(candidate, inputs);
    for (size_t i = 0; i < expected.values.size(); ++i) {
      error += std::pow(actual.values[i] - expected.values[i], 2);
      signal += std::pow(expected.values[i], 2);
    }
  }
  return std::sqrt(error / signal);
}

const std::vector<float> kHostile = {1, 200, 0.01f, 30, 0.2f, 5};

TEST_CASE("equalization keeps the function and evens out the channels") {
  Random random(GENERATE(1u, 2u, 3u, 4u, 5u));
  const auto activation = GENERATE(Activation::NONE, Activation::RELU);
  const Model model = block(random, activation, kHostile);
  Data data = calibrate(model, random);
  const auto spread = [](const Stats& stats, const char* name) {
    const auto& high = stats.details.at(name).channel_max;
    const auto& low = stats.details.at(name).channel_min;
    float least = 1e30f, most = 0;
    for (size_t c = 0; c < high.size(); ++c) {
      const float magnitude = std::max(high[c], -low[c]);
      if (magnitude == 0) continue;
      least = std::min(least, magnitude);
      most = std::max(most, magnitude);
    }
    return most / least;
  };
  Model equalized = load(save(model));
  Stats stats = data.stats;
  equalize(equalized, {.per_channel = false}, stats);
  check(equalized);
  CHECK(relative_error(model, equalized, data) < 1e-5);
  for (const char* name : {"first", "middle"}) {
    CAPTURE(name);
    CHECK(spread(data.stats, name) > 1000);
    CHECK(spread(stats, name) < 100);
  }
  // The statistics are those that calibrating the equalized model would give.
  for (const char* name : {"first", "middle", "last"}) {
    std::vector<double> values;
    for (const auto& inputs : data.inputs) {
      const auto tensors = evaluate(equalized, inputs);
      const auto names = tensor_names(equalized);
      const auto index = static_cast<size_t>(std::ranges::find(names, name) - names.begin());
      values.insert(values.end(), tensors[index].values.begin(), tensors[index].values.end());
    }
    const auto [low, high] = std::ranges::minmax(values);
    CHECK(stats.tensors.at(name).min == Catch::Approx(low).margin(1e-6));
    CHECK(stats.tensors.at(name).max == Catch::Approx(high).margin(1e-6));
  }
}

TEST_CASE("equalization repairs a model that one scale a tensor ruins") {
  Random random(GENERATE(1u, 2u, 3u, 4u, 5u));
  const auto method = GENERATE(Method::kMinMax, Method::kMse);
  const Model model = block(random, Activation::RELU, kHostile);
  const Data data = calibrate(model, random, {.method = method});
  const QuantSpec plain{.per_channel = false}, repaired{.per_channel = false, .equalize = true};
  const double before = relative_error(model, quantize_checked(model, plain, &data.stats).model, data),
               after = relative_error(model, quantize_checked(model, repaired, &data.stats).model, data);
  CAPTURE(before, after);
  CHECK(before > 0.1);
  CHECK(after < 0.04);
}

TEST_CASE("equalization does not move what RELU6 clamps") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  // Channels 1 and 3 reach 6, the others do not.
  const Model model = block(random, Activation::RELU6, {1, 20, 0.01f, 20, 0.2f, 1});
  Data data = calibrate(model, random);
  Model equalized = load(save(model));
  const Stats before = data.stats;
  equalize(equalized, {.per_channel = false}, data.stats);
  CHECK(relative_error(model, equalized, data) < 1e-5);
  CHECK_FALSE(data.stats.details == before.details);
  for (const auto& [name, details] : data.stats.details) {
    if (name != "first" && name != "middle") continue;
    for (const float most : details.channel_max) CHECK(most <= 6);
  }
}

TEST_CASE("equalization leaves alone what is read twice, or by something else, or without statistics by channel") {
  Random random(1);
  ModelBuilder b("branches");
  const int x = b.input("x", kInput);
  const auto weights = random.values(3 * 3, -1, 1), bias = random.values(3, -1, 1);
  const int first = b.conv_2d("first", x, weights, {3, 1, 1, 3}, bias, {});
  const int second = b.conv_2d("second", first, weights, {3, 1, 1, 3}, bias, {});
  b.output(b.add("sum", first, second));
  const Model model = load(b.save());
  const auto bytes = save(model);
  Data data = calibrate(model, random);
  Model changed = load(bytes);
  equalize(changed, {.per_channel = false}, data.stats);
  CHECK(save(changed) == bytes);

  const Model chain = block(random, Activation::RELU, kHostile);
  data = calibrate(chain, random);
  data.stats.details.clear();
  changed = load(save(chain));
  equalize(changed, {.per_channel = false}, data.stats);
  CHECK(save(changed) == save(chain));
}

TEST_CASE("a clamp bounds the range, whatever the statistics say") {
  Random random(Catch::getSeed());
  const Model model = block(random, Activation::RELU6, std::vector<float>(kChannels, 1));
  const Stats stats = stats_of(model, {{"first", {.min = -3, .max = 9}}, {"middle", {.min = 0, .max = 2}}});
  const Model quantized = quantize_checked(model, {}, &stats).model;
  const auto params = [&](size_t op) { return params_of(output_of(quantized, op)); };
  CHECK(params(1) == activation_params(0, 6, false));
  CHECK(params(2) == activation_params(0, 2, false));
}

}  // namespace
}  // namespace webquant::test
