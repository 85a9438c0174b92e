// Scales and zero points: of chosen ranges, and what holds for any range.
#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <limits>

#include "base/quant_math.h"
#include "support/random.h"

namespace webquant {
namespace {

constexpr float kMax = std::numeric_limits<float>::max(), kLeastNormal = std::numeric_limits<float>::min();

TEST_CASE("activation_params covers the range and holds zero") {
  struct Row {
    float min, max;
    bool symmetric;
    float scale;
    int zero_point;
  };
  const auto row = GENERATE(values<Row>({
      {0, 6, false, 6.0f / 255, -128},
      {-1, 1, false, 2.0f / 255, -1},  // -0.5 is rounded away from zero
      {-0.3f, 0.3f, false, 0.6f / 255, -1},
      {-1, 0, false, 1.0f / 255, 127},
      {2, 5, false, 5.0f / 255, -128},  // widened to 0
      {-5, -2, false, 5.0f / 255, 127},
      {-1, 3, false, 4.0f / 255, -64},  // -128 + 63.75
      {-3, 1, false, 4.0f / 255, 63},
      {0, 0, false, 1, 0},
      {0, 0, true, 1, 0},
      {-1, 3, true, 3.0f / 127, 0},
      {-3, 1, true, 3.0f / 127, 0},
      {2, 5, true, 5.0f / 127, 0},
      {0, 1e-38f, false, 1, 0},  // the scale would be denormal
      {0, 1e-45f, true, 1, 0},
      {-kMax, kMax, false, static_cast<float>(2.0 * kMax / 255), -1},
      {-kMax, kMax, true, static_cast<float>(1.0 * kMax / 127), 0},
  }));
  CAPTURE(row.min, row.max, row.symmetric);
  const QuantParams params = activation_params(row.min, row.max, row.symmetric);
  CHECK(params.scale == row.scale);
  CHECK(params.zero_point == row.zero_point);
}

// From the least denormal number to the largest float.
float any_magnitude(test::Random& random) { return std::exp2(random.uniform(-149, 127.99f)); }

struct Ends {
  float min, max;
};

Ends any_range(test::Random& random) {
  const float size = any_magnitude(random);
  const float a = size * random.uniform(0, 1), b = size * random.uniform(0, 1);
  switch (random.below(8)) {
    case 0:
      return {0, size};
    case 1:
      return {-size, 0};
    case 2:
      return {std::min(a, b), std::max(a, b)};  // does not hold 0
    case 3:
      return {-std::max(a, b), -std::min(a, b)};
    case 4:
      return {-size, size};
    case 5:
      return {-size, any_magnitude(random)};  // hardly anything on one side
    case 6:
      return {size, size};
    default:
      return {-a, b};
  }
}

// Of [min, max], with 0: the ends and what is next to 0, values anywhere, and ties between two steps.
std::vector<float> values_within(Ends range, QuantParams params, test::Random& random) {
  const double low = std::min(range.min, 0.0f), high = std::max(range.max, 0.0f);
  std::vector<double> values = {low, high, 0, -0.0, 1e-45, -1e-45};
  for (int i = 0; i < 8; ++i) {
    const double value = low + random.uniform(0, 1) * (high - low);
    values.insert(values.end(), {value, params.scale * (std::floor(value / params.scale) + 0.5)});
  }
  std::vector<float> within;
  for (const double value : values) within.push_back(static_cast<float>(std::clamp(value, low, high)));
  return within;
}

TEMPLATE_TEST_CASE("whatever the range, 0 is exact and values come back within half a step", "", int8_t, uint8_t) {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  test::Random random(Catch::getSeed());
  constexpr int kLow = std::numeric_limits<TestType>::min(), kHigh = std::numeric_limits<TestType>::max();
  const bool symmetric = GENERATE(false, true);
  for (int i = 0; i < 20000; ++i) {
    const Ends range = any_range(random);
    QuantParams params = activation_params(range.min, range.max, symmetric);
    params.zero_point += kLow + 128;  // uint8 is int8 shifted by 128
    CAPTURE(range.min, range.max, symmetric, params.scale, params.zero_point);
    REQUIRE((params.scale > 0 && std::isnormal(params.scale)));
    REQUIRE((params.zero_point >= kLow && params.zero_point <= kHigh));
    if (symmetric) REQUIRE(params.zero_point == kLow + 128);

    // No step is given away, but where the step would be denormal.
    const double low = std::min(range.min, 0.0f), high = std::max(range.max, 0.0f);
    const double least = symmetric ? std::max(-low, high) / 127 : (high - low) / 255;
    if (least > kLeastNormal) {
      REQUIRE(params.scale == static_cast<float>(least));
    } else {
      REQUIRE((params.scale == kLeastNormal || params.scale == 1));
    }

    const auto values = values_within(range, params, random);
    std::vector<TestType> quantized(values.size());
    quantize_values(values, params, quantized);
    std::vector<float> back(values.size());
    dequantize_values(quantized, params, back);
    for (size_t v = 0; v < values.size(); ++v) {
      CAPTURE(values[v], int{quantized[v]}, back[v]);
      if (values[v] == 0) REQUIRE((quantized[v] == params.zero_point && back[v] == 0));
      // In double: the last step of a range as wide as floats go is beyond them.
      const double exact = double{params.scale} * (quantized[v] - params.zero_point);
      // The scale and the quotient, of up to 255 steps, are rounded to 24 bits.
      REQUIRE(std::abs(exact - values[v]) <= (0.5 + 2 * 255 * 0x1p-24) * params.scale);
    }
  }
}

TEST_CASE("whatever the largest weight, weights come back within half a step") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  test::Random random(Catch::getSeed());
  for (int i = 0; i < 20000; ++i) {
    const float largest = any_magnitude(random);
    const float scale = weight_scale(largest);
    CAPTURE(largest, scale);
    if (!std::isnormal(scale)) continue;  // takes the place of no scale that is stored
    std::vector<float> weights = {largest, 0};
    for (const float share : random.values(6)) weights.push_back(share * largest);
    const auto quantized = quantize_channels(weights, {1, 1, weights.size()}, std::span(&scale, 1));
    const auto back = dequantize_channels(quantized, {1, 1, weights.size()}, std::span(&scale, 1));
    REQUIRE((quantized[0] == 127 && back[1] == 0));
    for (size_t w = 0; w < weights.size(); ++w) {
      CAPTURE(weights[w], int{quantized[w]});
      REQUIRE(std::abs(double{back[w]} - weights[w]) <= (0.5 + 2 * 127 * 0x1p-24) * scale);
    }
  }
}

}  // namespace
}  // namespace webquant
