// Channels between operators with weights: which pairs there are, and that scaling them keeps the function.
#include "quantize/channel_pairs.h"

#include <algorithm>
#include <catch_amalgamated.hpp>

#include "model/load.h"
#include "model/save.h"
#include "networks/hostile.h"
#include "oracle/oracle.h"
#include "support/model_builder.h"
#include "support/random.h"

namespace webquant::test {
namespace {

using Activation = tflite::ActivationFunctionType;

// conv -> depthwise with a multiplier -> PAD -> conv with groups -> fully connected.
Model chain(Random& random, Activation activation) {
  ModelBuilder b("chain");
  int x = b.input("x", {1, 5, 5, 3});
  x = b.conv_2d("conv", x, random.values(4 * 9 * 3), {4, 3, 3, 3}, random.values(4), {.activation = activation});
  x = b.depthwise_conv_2d("depthwise", x, random.values(9 * 8), {1, 3, 3, 8}, {},
                          {.stride = 2, .activation = activation});
  const int padding = b.constant("padding", {4, 2}, std::vector<int32_t>{0, 0, 1, 0, 0, 1, 0, 0});
  x = b.op(OpCode::PAD, "pad", {x, padding});
  x = b.conv_2d("groups", x, random.values(6 * 16 * 4), {6, 4, 4, 4}, random.values(6),
                {.padding = tflite::Padding::VALID});
  b.output(b.fully_connected("dense", x, random.values(2 * 6), {2, 6}, random.values(2)));
  return load(b.save());
}

std::vector<Array> run(const Model& model, Random& random) {
  const auto values = random.values(5 * 5 * 3);
  const Array input{{1, 5, 5, 3}, {values.begin(), values.end()}};
  return evaluate(model, std::span(&input, 1));
}

TEST_CASE("pairs lead from weights to weights, through clamps and padding") {
  Random random(1);
  const auto activation = GENERATE(Activation::RELU, Activation::RELU6);
  const Model model = chain(random, activation);
  const auto names = tensor_names(model);
  std::vector<std::vector<std::string>> between;
  for (const ChannelPair& pair : channel_pairs(model)) {
    between.emplace_back();
    for (const int32_t tensor : pair.between) between.back().push_back(names[tensor]);
    CHECK(pair.clamps_at_6 == (activation == Activation::RELU6 && pair.first < 2));
    CHECK(pair.channels == std::vector<size_t>{4, 8, 0, 6}[pair.first]);
  }
  CHECK(between == std::vector<std::vector<std::string>>{{"conv"}, {"depthwise", "pad"}, {"groups"}});
}

// An operator that nothing follows has no pair, whatever the model begins with.
TEST_CASE("an output of the model is between no operators") {
  const auto first = GENERATE(OpCode::PAD, OpCode::RELU);
  Random random(1);
  ModelBuilder b("one conv");
  const int x = b.input("x", {1, 3, 3, 2});
  std::vector<int> operands = {x};
  if (first == OpCode::PAD) operands.push_back(b.constant("padding", {4, 2}, std::vector<int32_t>(8, 0)));
  const int y = b.op(first, "first", operands);
  b.output(b.conv_2d("conv", y, random.values(2 * 2), {2, 1, 1, 2}, {}, {}));
  CHECK(channel_pairs(load(b.save())).empty());
}

TEST_CASE("the hostile model has the same function and channels of other sizes") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  const uint32_t seed = Catch::getSeed();
  Random random(seed);
  const Model model = networks::without_relu6(chain(random, Activation::RELU6));
  const Model hostile = load(save(networks::hostile_to_int8(load(save(model)))));
  Random inputs(seed + 1), same_inputs(seed + 1);
  const auto expected = run(model, inputs), actual = run(hostile, same_inputs);
  const auto output = static_cast<size_t>(graph(model).outputs[0]);
  CHECK(actual[output].values == expected[output].values);
  for (const char* name : {"conv", "depthwise", "groups"}) {
    CAPTURE(name);
    const auto names = tensor_names(model);
    const auto tensor = static_cast<size_t>(std::ranges::find(names, name) - names.begin());
    CHECK(actual[tensor].values != expected[tensor].values);
  }
  // What RELU6 clamps is left alone.
  const Model clamped = chain(random, Activation::RELU6);
  const Model still_clamped = networks::hostile_to_int8(load(save(clamped)));
  for (const size_t n : {0u, 1u}) CHECK(std::ranges::equal(weight_values(clamped, n), weight_values(still_clamped, n)));
}

}  // namespace
}  // namespace webquant::test
