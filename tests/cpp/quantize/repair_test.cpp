// Cross-layer equalization and bias correction, judged by the oracle.
#include "quantize/repair.h"

#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <numeric>

#include "calibrate/observer.h"
#include "model/check.h"
#include "model/save.h"
#include "ops/table.h"
#include "oracle/oracle.h"
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

struct Data {
  std::vector<std::vector<Array>> inputs;
  Stats stats;
};

Data calibrate(const Model& model, Random& random, const StatsOptions& options = {}) {
  Data data;
  Observer observer(options);
  const auto names = tensor_names(model);
  for (int sample = 0; sample < 8; ++sample) {
    const auto values = random.values(count_of(kInput), 0, 1);
    data.inputs.push_back({{kInput, {values.begin(), values.end()}}});
    const auto tensors = evaluate(model, data.inputs.back());
    std::vector<std::vector<float>> floats(tensors.size());
    std::vector<Observed> seen;
    for (size_t i = 0; i < tensors.size(); ++i) {
      if (is_constant(model, *graph(model).tensors[i])) continue;
      floats[i].assign(tensors[i].values.begin(), tensors[i].values.end());
      seen.push_back({names[i], names[i], floats[i], static_cast<size_t>(tensors[i].shape.back())});
    }
    observer.add(seen);
  }
  data.stats = observer.stats();
  return data;
}

Array result_of(const Model& model, const std::vector<Array>& inputs) {
  return evaluate(model, inputs)[static_cast<size_t>(graph(model).outputs[0])];
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

TEST_CASE("bias correction takes out the mean error of rounded weights") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  const bool per_channel = GENERATE(true, false);
  // Without padding the mean of the input is what the weights meet.
  ModelBuilder b("one conv");
  const int x = b.input("x", kInput);
  const auto weights = random.values(8 * 3, -1, 1), bias = random.values(8, -1, 1);
  b.output(b.conv_2d("y", x, weights, {8, 1, 1, 3}, bias, {}));
  const Model model = load(b.save());
  const Data data = calibrate(model, random);
  const auto mean_error = [&](bool corrected) {
    const QuantSpec spec{.per_channel = per_channel, .bias_correction = corrected};
    const Model candidate = quantize_checked(model, spec, &data.stats).model;
    // In real numbers: what rounding the activations adds is not to be corrected.
    const size_t op = only_op(candidate, OpCode::CONV_2D);
    const Constant stored(candidate, op, 1), stored_bias(candidate, op, 2);
    double sum = 0;
    for (size_t out = 0; out < 8; ++out) {
      const auto scale_of = [&](const Constant& constant) {
        return double{constant.quant.scale[constant.quant.scale.size() > 1 ? out : 0]};
      };
      double error = stored_bias.int32(out) * scale_of(stored_bias) - bias[out];
      for (size_t in = 0; in < 3; ++in) {
        const double mean = data.stats.details.at("x").channel_sum[in] / 8;
        error += mean * (stored.int8(out * 3 + in) * scale_of(stored) - weights[out * 3 + in]);
      }
      sum += std::abs(error) / scale_of(stored_bias);
    }
    return sum / 8;  // in steps of the bias
  };
  CHECK(mean_error(true) <= 0.5);
  CHECK(mean_error(false) > 2);
}

TEST_CASE("bias correction knows the layouts of weights") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  // A constant input is its own mean: the error is what the operator makes of the difference of the weights.
  const auto check_op = [&](const Model& model, size_t in_channels) {
    const Operator& op = *graph(model).operators[0];
    const QuantRule& rule = find_op(op_code(model, op))->quant;
    const auto weights = constant_values<float>(model, *graph(model).tensors[static_cast<size_t>(op.inputs[1])]);
    const auto rounded = random.values(weights.size(), -1, 1);
    TensorDetails seen;
    for (const float mean : random.values(in_channels)) seen.channel_sum.push_back(mean);
    const auto errors = mean_errors(model, op, rule, weights, rounded, seen, 1);

    Model difference = load(save(model));
    auto& data = difference.buffers[graph(difference).tensors[static_cast<size_t>(op.inputs[1])]->buffer]->data;
    const std::span stored(reinterpret_cast<float*>(data.data()), weights.size());
    for (size_t i = 0; i < stored.size(); ++i) stored[i] = rounded[i] - weights[i];
    const Shape& shape = graph(model).tensors[static_cast<size_t>(graph(model).inputs[0])]->shape;
    Array input{shape, std::vector<double>(count_of(shape))};
    for (size_t i = 0; i < input.values.size(); ++i) input.values[i] = seen.channel_sum[i % in_channels];
    const Array output = result_of(difference, {input});
    REQUIRE(errors.size() == static_cast<size_t>(output.shape.back()));
    std::vector<double> expected(errors.size());
    for (size_t i = 0; i < output.values.size(); ++i) expected[i % errors.size()] += output.values[i];
    for (size_t i = 0; i < errors.size(); ++i) {
      const double positions = static_cast<double>(output.values.size()) / static_cast<double>(errors.size());
      REQUIRE(errors[i] == Catch::Approx(expected[i] / positions).margin(1e-4));
    }
  };
  const ModelBuilder::Conv valid{.padding = tflite::Padding::VALID};
  {
    ModelBuilder b("grouped conv");
    const int x = b.input("x", {1, 4, 4, 6});
    b.output(b.conv_2d("y", x, random.values(4 * 9 * 3), {4, 3, 3, 3}, {}, valid));
    check_op(load(b.save()), 6);
  }
  // At the rim the window meets padding.
  for (const ModelBuilder::Conv options :
       {ModelBuilder::Conv{}, ModelBuilder::Conv{.stride = 2}, ModelBuilder::Conv{.stride = 3},
        ModelBuilder::Conv{.dilation = 2}, ModelBuilder::Conv{.dilation = 9}}) {
    for (const int size : {1, 3, 5, 6}) {
      CAPTURE(options.stride, options.dilation, size);
      ModelBuilder b("padded conv");
      b.output(
          b.conv_2d("y", b.input("x", {1, size, size + 1, 3}), random.values(4 * 15 * 3), {4, 3, 5, 3}, {}, options));
      check_op(load(b.save()), 3);
      ModelBuilder d("padded depthwise");
      d.output(d.depthwise_conv_2d("y", d.input("x", {1, size, size, 3}), random.values(4 * 4 * 3), {1, 4, 4, 3}, {},
                                   options));
      check_op(load(d.save()), 3);
    }
  }
  {
    ModelBuilder b("depthwise with a multiplier");
    const int x = b.input("x", {1, 4, 4, 3});
    b.output(b.depthwise_conv_2d("y", x, random.values(9 * 6), {1, 3, 3, 6}, {}, valid));
    check_op(load(b.save()), 3);
  }
  {
    ModelBuilder b("fully connected");
    const int x = b.input("x", {1, 5});
    b.output(b.fully_connected("y", x, random.values(4 * 5), {4, 5}, {}));
    check_op(load(b.save()), 5);
  }
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
