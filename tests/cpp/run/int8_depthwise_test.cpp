// Depthwise INT8 convolutions with the largest weights and activations there are, for every stride, dilation, padding
// and number of channels that takes another way through the kernels. Inputs, outputs and weights are whole numbers, so
// the answer is exact.
#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>

#include "model/load.h"
#include "quantize/quantize.h"
#include "run/session.h"
#include "support/model_builder.h"
#include "support/random.h"

namespace webquant::test {
namespace {

struct Case {
  int height, width, channels, window, stride, dilation;
  tflite::Padding padding;
};

// Weights of the float model are quantized to themselves: each channel's largest is 127, so its scale is 1.
std::vector<float> weights_of(const std::string& pattern, int window, int channels, Random& random) {
  std::vector<float> weights;
  for (int i = 0; i < window * window; ++i) {
    for (int channel = 0; channel < channels; ++channel) {
      float value = 127;
      if (pattern == "alternating") value = (i + channel) % 2 == 0 ? 127 : -127;
      if (pattern == "negative") value = -127;
      if (pattern == "random") value = std::round(random.uniform(-127, 127));
      if (pattern == "bell") value = std::round(random.uniform(-64, 64) + random.uniform(-63, 63));
      if (pattern == "one large channel") value = channel == 5 ? 127 : std::round(random.uniform(-40, 40));
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

int64_t sum_of(const Case& c, const int8_t* x, const std::vector<float>& weights, int top, int left, int channel) {
  int64_t sum = 0;
  for (int i = 0; i < c.window * c.window; ++i) {
    const int row = top + i / c.window * c.dilation, column = left + i % c.window * c.dilation;
    if (row < 0 || row >= c.height || column < 0 || column >= c.width) continue;
    sum += static_cast<int64_t>(x[(row * c.width + column) * c.channels + channel]) *
           static_cast<int64_t>(weights[i * c.channels + channel]);
  }
  return sum;
}

// What is added before the first row or column, as TensorFlow defines SAME.
int padding_before(const Case& c, int size, int output_size) {
  if (c.padding == tflite::Padding::VALID) return 0;
  return std::max((output_size - 1) * c.stride + (c.window - 1) * c.dilation + 1 - size, 0) / 2;
}

}  // namespace

TEST_CASE("depthwise INT8 convolutions are exact at the extremes", "[int8]") {
  constexpr auto kSame = tflite::Padding::SAME, kValid = tflite::Padding::VALID;
  const Case c =
      GENERATE_COPY(Case{7, 7, 16, 3, 1, 1, kSame}, Case{6, 9, 21, 3, 1, 1, kValid}, Case{8, 5, 40, 3, 2, 1, kSame},
                    Case{9, 9, 7, 3, 2, 1, kValid}, Case{9, 11, 18, 3, 1, 2, kSame}, Case{11, 8, 3, 3, 1, 3, kValid},
                    Case{1, 1, 9, 3, 1, 1, kSame}, Case{2, 3, 1, 3, 1, 1, kSame}, Case{3, 2, 33, 3, 3, 1, kSame},
                    Case{7, 8, 24, 5, 1, 1, kSame}, Case{9, 6, 17, 5, 2, 1, kSame}, Case{8, 8, 5, 5, 1, 1, kValid},
                    Case{11, 10, 32, 5, 1, 2, kSame}, Case{1, 4, 6, 5, 1, 1, kSame});
  const std::string weight_pattern =
      GENERATE("largest", "alternating", "negative", "random", "bell", "one large channel");
  Random random(Catch::getSeed());
  INFO(c.height << " x " << c.width << " x " << c.channels << ", window " << c.window << ", stride " << c.stride
                << ", dilation " << c.dilation << ", weights " << weight_pattern << ", --rng-seed "
                << Catch::getSeed());

  ModelBuilder builder("extremes");
  const auto weights = weights_of(weight_pattern, c.window, c.channels, random);
  const int x = builder.input("x", {1, c.height, c.width, c.channels});
  builder.output(builder.depthwise_conv_2d("y", x, weights, {1, c.window, c.window, c.channels}, {},
                                           {.stride = c.stride, .padding = c.padding, .dilation = c.dilation}));

  // Real activations are the integers themselves; the largest sum is the top of the output's range.
  Stats stats;
  stats.samples = 1;
  stats.tensors["x"] = {-128, 127};
  const float top = 128.0f * 127 * static_cast<float>(c.window * c.window);
  stats.tensors["y"] = {-top, top};
  const Model model = quantize(load(builder.save()), {.io = DType::INT8}, &stats).model;
  Session session(model);
  const TensorInfo& output = session.outputs()[0];
  const float step = output.scale[0];
  const auto zero = static_cast<int>(output.zero_point[0]);
  REQUIRE(session.inputs()[0].scale[0] == 1);
  const int rows = output.shape[1], columns = output.shape[2];
  const int above = padding_before(c, c.height, rows), before = padding_before(c, c.width, columns);

  for (const std::string pattern : {"lowest", "highest", "mixed", "random"}) {
    INFO("activations " << pattern);
    const auto input = session.input(0);
    for (size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::byte>(activation_of(pattern, i, random));
    session.run();
    const auto* values = reinterpret_cast<const int8_t*>(input.data());
    const auto* results = reinterpret_cast<const int8_t*>(session.output(0).data());
    size_t wrong = 0;
    for (int i = 0; i < rows * columns * c.channels; ++i) {
      const int pixel = i / c.channels, channel = i % c.channels;
      const int64_t sum =
          sum_of(c, values, weights, pixel / columns * c.stride - above, pixel % columns * c.stride - before, channel);
      // XNNPACK multiplies by the reciprocal scale in float and rounds half to even.
      const float scaled = static_cast<float>(sum) * (1.0f / step);
      const int expected = std::clamp(static_cast<int>(std::nearbyint(scaled)) + zero, -128, 127);
      // The one tolerance is for the last bit of that product, which matters next to a tie only.
      const bool near_tie = std::abs(std::abs(scaled - std::trunc(scaled)) - 0.5f) < 1e-4f;
      wrong += results[i] != expected && !(near_tie && std::abs(results[i] - expected) == 1);
    }
    CHECK(wrong == 0);
  }
}

}  // namespace webquant::test
