// Bias correction, judged by the oracle.
#include "quantize/bias_correction.h"

#include <catch_amalgamated.hpp>
#include <cmath>
#include <limits>

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

const Shape kInput = {1, 6, 6, 3};

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

TEST_CASE("a corrected bias that does not fit stays as it was") {
  Random random(Catch::getSeed());
  ModelBuilder b("one conv");
  const auto weights = random.values(8 * 3, -1, 1), bias = random.values(8, -1, 1);
  b.output(b.conv_2d("y", b.input("x", kInput), weights, {8, 1, 1, 3}, bias, {}));
  const Model model = load(b.save());
  for (const double mean : {1e30, -1e300, std::numeric_limits<double>::max()}) {
    Data data = calibrate(model, random);
    for (double& sum : data.stats.details.at("x").channel_sum) sum = mean;
    const Model absurd = quantize_checked(model, {.bias_correction = true}, &data.stats).model;
    const Model plain = quantize_checked(model, {.bias_correction = false}, &data.stats).model;
    CHECK(save(absurd) == save(plain));
  }
}

}  // namespace
}  // namespace webquant::test
