// INT8 matrix products with the largest weights and activations there are: kernels that lose bits of large sums on the
// way (8-bit dot products that saturate) would show. Inputs, outputs and weights are whole numbers, so the answer is
// exact.
#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>

#include "model/load.h"
#include "quantize/quantize.h"
#include "run/kernels/kernel_memory.h"
#include "run/session.h"
#include "support/model_builder.h"
#include "support/random.h"

namespace webquant::test {
namespace {

struct Case {
  const char* name;
  int height, width, channels, outputs, kernel;
};

// Weights of the float model are quantized to themselves: each channel's largest is 127, so its scale is 1.
std::vector<float> weights_of(const std::string& pattern, size_t per_channel, int outputs, Random& random) {
  std::vector<float> weights;
  for (int channel = 0; channel < outputs; ++channel) {
    for (size_t i = 0; i < per_channel; ++i) {
      float value = 127;
      if (pattern == "alternating") value = i % 2 == 0 ? 127 : -127;
      if (pattern == "negative") value = -127;
      if (pattern == "random") value = std::round(random.uniform(-127, 127));
      if (pattern == "small") value = std::round(random.uniform(-60, 60));
      if (pattern == "few large" && random.uniform(0, 1) > 0.04f) value = std::round(random.uniform(-30, 30));
      if (pattern == "bell") value = std::round(random.uniform(-64, 64) + random.uniform(-63, 63));
      weights.push_back(i == 0 ? 127 : value);
    }
  }
  return weights;
}

int8_t activation_of(const std::string& pattern, size_t i, Random& random) {
  if (pattern == "lowest") return -128;
  if (pattern == "highest") return 127;
  if (pattern == "mixed") return i % 3 == 0 ? -128 : 127;
  return static_cast<int8_t>(std::round(random.uniform(-128, 127)));
}

}  // namespace

TEST_CASE("INT8 products are exact at the extremes", "[int8]") {
  // Every number of rows modulo 4.
  const auto [name, height, width, channels, outputs, kernel] =
      GENERATE(Case{"1x1", 3, 3, 17, 9, 1}, Case{"1x1 deep", 1, 1, 1031, 8, 1}, Case{"1x1 wide", 5, 7, 8, 37, 1},
               Case{"1x1 large", 2, 3, 515, 28, 1}, Case{"3x3", 4, 4, 5, 11, 3}, Case{"3x3 deep", 3, 3, 64, 16, 3},
               Case{"3x3 deeper", 1, 3, 130, 19, 3}, Case{"5x5", 6, 7, 3, 8, 5});
  const std::string weight_pattern =
      GENERATE("largest", "alternating", "negative", "random", "small", "few large", "bell");
  Random random(Catch::getSeed());
  INFO(name << ", weights " << weight_pattern << ", --rng-seed " << Catch::getSeed());

  ModelBuilder builder("extremes");
  const Shape shape{outputs, kernel, kernel, channels};
  const size_t per_channel = static_cast<size_t>(kernel) * kernel * channels;
  const auto weights = weights_of(weight_pattern, per_channel, outputs, random);
  const int x = builder.input("x", {1, height, width, channels});
  builder.output(builder.conv_2d("y", x, weights, shape, {}, {.padding = tflite::Padding::SAME}));

  // Real activations are the integers themselves; the largest sum is the top of the output's range.
  Stats stats;
  stats.samples = 1;
  stats.tensors["x"] = {-128, 127};
  const float top = 128.0f * 127 * static_cast<float>(per_channel);
  stats.tensors["y"] = {-top, top};
  const Model model = quantize(load(builder.save()), {.io = DType::INT8}, &stats).model;
  Session session(model);
  const float step = session.outputs()[0].scale[0];
  const auto zero = static_cast<int>(session.outputs()[0].zero_point[0]);
  REQUIRE(session.inputs()[0].scale[0] == 1);

  for (const std::string pattern : {"lowest", "highest", "mixed", "random"}) {
    INFO("activations " << pattern);
    const auto input = session.input(0);
    const auto* values = reinterpret_cast<int8_t*>(input.data());
    for (size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::byte>(activation_of(pattern, i, random));
    session.run();
    const auto* results = reinterpret_cast<const int8_t*>(session.output(0).data());
    size_t wrong = 0;
    for (int row = 0; row < height; ++row) {
      for (int column = 0; column < width; ++column) {
        for (int out = 0; out < outputs; ++out) {
          int64_t sum = 0;
          for (int i = 0; i < kernel * kernel; ++i) {
            const int y = row + i / kernel - kernel / 2, z = column + i % kernel - kernel / 2;
            if (y < 0 || y >= height || z < 0 || z >= width) continue;
            for (int c = 0; c < channels; ++c) {
              sum += static_cast<int64_t>(values[(y * width + z) * channels + c]) *
                     static_cast<int64_t>(weights[out * per_channel + i * channels + c]);
            }
          }
          // XNNPACK multiplies by the reciprocal scale in float and rounds half to even.
          const float scaled = static_cast<float>(sum) * (1.0f / step);
          const int expected = std::clamp(static_cast<int>(std::nearbyint(scaled)) + zero, -128, 127);
          const int result = results[(row * width + column) * outputs + out];
          // The one tolerance is for the last bit of that product, which matters next to a tie only.
          const bool near_tie = std::abs(std::abs(scaled - std::trunc(scaled)) - 0.5f) < 1e-4f;
          wrong += result != expected && !(near_tie && std::abs(result - expected) == 1);
        }
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("rows that 32 bits cannot count are no memory", "[int8]") {
  KernelMemory memory;
  memory.reserve(1000);
  CHECK(!memory.failed());
  memory.reserve(uint64_t{1} << 33);
  CHECK(memory.failed());
}

}  // namespace webquant::test
