#include "seeds.h"

#include "model/save.h"
#include "support/custom.h"
#include "support/model_builder.h"
#include "support/models.h"

namespace webquant::networks {
namespace {

// conv -> custom -> RELU -> conv; the custom operator keeps the options and weights of the convolution that it was.
std::vector<uint8_t> between_others() {
  const std::vector<float> weights(4 * 9 * 4, 0.5f), bias(4, 0.25f);
  ModelBuilder b("custom between others");
  int x = b.input("x", {1, 4, 4, 4});
  x = b.conv_2d("first", x, weights, {4, 3, 3, 4}, bias, {.activation = tflite::ActivationFunctionType::RELU6});
  x = b.conv_2d("middle", x, weights, {4, 3, 3, 4}, bias, {});
  x = b.op(OpCode::RELU, "clamp", {x});
  b.output(b.conv_2d("last", x, weights, {4, 3, 3, 4}, bias, {}));
  test::make_custom(b.model(), 1);
  return b.save();
}

}  // namespace

std::map<std::string, std::vector<uint8_t>> custom_operators() {
  return {{"custom_alone", save(test::custom_model({}, {}, 0))},
          {"custom_reads", save(test::custom_model({0}, {}, 1))},
          {"custom_writes", save(test::custom_model({}, {0}, 1))},
          {"custom_optional", save(test::custom_model({-1, 0}, {1, 2}, 3))},
          {"custom_between", between_others()}};
}

}  // namespace webquant::networks
