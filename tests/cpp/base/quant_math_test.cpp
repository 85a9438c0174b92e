#include "base/quant_math.h"

#include <bit>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "support/random.h"

namespace webquant {
namespace {

constexpr float kMax = std::numeric_limits<float>::max();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST_CASE("weight_scale maps the largest weight to 127") {
  CHECK(weight_scale(0) == 0);
  CHECK(weight_scale(127) == 1);
  CHECK(weight_scale(0.3f) == 0.3f / 127);
}

TEST_CASE("quantize_value rounds half away from zero and saturates") {
  const QuantParams half{.scale = 0.5f, .zero_point = 3};
  CHECK(quantize_value(0, half, -128, 127) == 3);
  CHECK(quantize_value(0.25f, half, -128, 127) == 4);
  CHECK(quantize_value(-0.25f, half, -128, 127) == 2);
  CHECK(quantize_value(0.2499f, half, -128, 127) == 3);
  CHECK(quantize_value(62, half, -128, 127) == 127);
  CHECK(quantize_value(63, half, -128, 127) == 127);
  CHECK(quantize_value(-100, half, -128, 127) == -128);
  CHECK(quantize_value(-100, half, -127, 127) == -127);
  CHECK(quantize_value(kInfinity, half, 0, 255) == 255);
  CHECK(quantize_value(-kInfinity, half, 0, 255) == 0);
  CHECK(quantize_value(kNaN, half, -128, 127) == 3);
  // Biases: beyond what a float holds exactly, and up to the ends of int32.
  constexpr int32_t low = std::numeric_limits<int32_t>::min(), high = std::numeric_limits<int32_t>::max();
  CHECK(quantize_value(1e10f, {.scale = 1e-5f, .zero_point = 0}, low, high) == high);
  CHECK(quantize_value(-1e10f, {.scale = 1e-5f, .zero_point = 0}, low, high) == low);
  CHECK(quantize_value(16777217.0f * 2, {.scale = 2, .zero_point = 1}, low, high) == 16777217);
}

template <class Int>
void check_quantize_values(const std::vector<float>& values, QuantParams params) {
  constexpr int32_t low = std::numeric_limits<Int>::min(), high = std::numeric_limits<Int>::max();
  std::vector<Int> out(values.size());
  quantize_values(values, params, out);
  for (size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i, values[i], params.scale, params.zero_point);
    REQUIRE(int{out[i]} == quantize_value(values[i], params, low, high));
  }
}

TEST_CASE("quantize_values equals quantize_value, element by element") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  test::Random random(Catch::getSeed());
  std::vector<float> values = {0,    -0.0f, kNaN,   kInfinity,      -kInfinity,
                               kMax, -kMax, 1e-45f, 0x1.fffffep-2f, -0x1.fffffep-2f};
  for (int i = -300; i <= 300; ++i) {
    const float tie = static_cast<float>(i) + 0.5f;
    values.insert(values.end(), {tie, std::nextafter(tie, kMax), std::nextafter(tie, -kMax)});
  }
  check_quantize_values<int8_t>(values, {.scale = 1, .zero_point = 0});
  check_quantize_values<uint8_t>(values, {.scale = 1, .zero_point = 128});
  for (int i = 0; i < 200; ++i) {
    const float scale = std::exp2(random.uniform(-20, 20));
    // Odd counts, so that every tail of a vectorized loop is seen.
    values = random.values(random.below(71), -300 * scale, 300 * scale);
    // Ties, which multiplying by the inverse of the scale would break now and then.
    for (float& value : values) value = random.below(2) ? value : scale * (std::floor(value / scale) + 0.5f);
    check_quantize_values<int8_t>(values, {.scale = scale, .zero_point = static_cast<int>(random.below(256)) - 128});
    check_quantize_values<uint8_t>(values, {.scale = scale, .zero_point = static_cast<int>(random.below(256))});
  }
}

template <class Int>
void check_round_trip(QuantParams params) {
  std::vector<Int> all(256), back(256);
  std::iota(all.begin(), all.end(), std::numeric_limits<Int>::min());
  std::vector<float> real(256);
  dequantize_values(all, params, real);
  for (size_t i = 0; i < all.size(); ++i)
    REQUIRE(real[i] == params.scale * static_cast<float>(all[i] - params.zero_point));
  quantize_values(real, params, back);
  REQUIRE(back == all);
}

TEST_CASE("Quantized values survive dequantization") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  test::Random random(Catch::getSeed());
  for (int i = 0; i < 100; ++i) {
    const float scale = std::exp2(random.uniform(-100, 100));
    check_round_trip<int8_t>({.scale = scale, .zero_point = static_cast<int>(random.below(256)) - 128});
    check_round_trip<uint8_t>({.scale = scale, .zero_point = static_cast<int>(random.below(256))});
  }
}

// What the bits of a binary16 mean, from its definition.
double half_value(uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

TEST_CASE("half_to_float decodes all 65536 values") {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const float value = half_to_float(half);
    CAPTURE(bits, value);
    if ((bits & 0x7fff) > 0x7c00) {
      REQUIRE(std::isnan(value));
    } else if ((bits & 0x7fff) == 0x7c00) {
      REQUIRE(value == (bits & 0x8000 ? -kInfinity : kInfinity));
    } else {
      REQUIRE(double{value} == half_value(half));
      REQUIRE(float_to_half(value) == half);  // the sign of zero included
    }
  }
}

TEST_CASE("float_to_half rounds to nearest, ties to even") {
  for (uint16_t bits = 0; bits < 0x7bff; ++bits) {
    const auto next = static_cast<uint16_t>(bits + 1);
    const auto middle = static_cast<float>((half_value(bits) + half_value(next)) / 2);
    CAPTURE(bits, middle);
    const uint16_t even = bits % 2 ? next : bits;
    REQUIRE(float_to_half(middle) == even);
    REQUIRE(float_to_half(-middle) == (even | 0x8000));
    REQUIRE(float_to_half(std::nextafter(middle, 0.0f)) == bits);
    REQUIRE(float_to_half(std::nextafter(middle, kMax)) == next);
  }
}

TEST_CASE("float_to_half clamps what is too large and keeps NaN") {
  for (const float value : {65504.0f, 65519.0f, 65520.0f, 1e30f, kMax, kInfinity}) {
    CHECK(float_to_half(value) == 0x7bff);
    CHECK(float_to_half(-value) == 0xfbff);
  }
  CHECK(float_to_half(1e-45f) == 0);
  CHECK(float_to_half(-1e-45f) == 0x8000);
  CHECK(std::isnan(half_to_float(float_to_half(kNaN))));
  CHECK(std::isnan(
      half_to_float(float_to_half(std::bit_cast<float>(0x7f800001)))));  // a payload that would be shifted out
}

TEST_CASE("channel_view splits a shape at an axis") {
  const std::vector<int32_t> shape = {2, 3, 4, 5};
  const auto parts = [&](size_t axis) {
    const ChannelView view = channel_view(shape, axis);
    return std::vector<size_t>{view.outer, view.channels, view.inner};
  };
  CHECK(parts(0) == std::vector<size_t>{1, 2, 60});
  CHECK(parts(2) == std::vector<size_t>{6, 4, 5});
  CHECK(parts(3) == std::vector<size_t>{24, 5, 1});
}

TEST_CASE("Weights are quantized channel by channel, along any axis") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  test::Random random(Catch::getSeed());
  const std::vector<int32_t> shape = {5, 3, 7, 6};
  const size_t axis = GENERATE(0u, 1u, 2u, 3u);
  const ChannelView view = channel_view(shape, axis);
  std::vector<float> weights = random.values(5 * 3 * 7 * 6, -2, 2);
  const auto channel_of = [&](size_t i) { return i / view.inner % view.channels; };
  for (size_t i = 0; i < weights.size(); ++i) {
    if (channel_of(i) == 1) weights[i] = 0;        // an unused channel
    if (channel_of(i) == 2) weights[i] *= 1e-33f;  // a dead one
  }

  const std::vector<float> max_abs = channel_max_abs(weights, view);
  REQUIRE(max_abs.size() == view.channels);
  std::vector<float> expected_max(view.channels, 0), scales(view.channels);
  for (size_t i = 0; i < weights.size(); ++i)
    expected_max[channel_of(i)] = std::max(expected_max[channel_of(i)], std::abs(weights[i]));
  CHECK(max_abs == expected_max);
  for (size_t c = 0; c < scales.size(); ++c) scales[c] = weight_scale(max_abs[c]);

  const std::vector<int8_t> quantized = quantize_channels(weights, view, scales);
  const std::vector<float> back = dequantize_channels(quantized, view, scales);
  REQUIRE(quantized.size() == weights.size());
  REQUIRE(back.size() == weights.size());
  std::vector<int> largest(view.channels, 0);
  for (size_t i = 0; i < weights.size(); ++i) {
    const float scale = scales[channel_of(i)];
    CAPTURE(i, weights[i], scale);
    const float factor = 127 / max_abs[channel_of(i)];
    REQUIRE(int{quantized[i]} == (scale == 0 ? 0 : static_cast<int>(std::round(weights[i] * factor))));
    REQUIRE(back[i] == scale * static_cast<float>(quantized[i]));
    largest[channel_of(i)] = std::max(largest[channel_of(i)], std::abs(int{quantized[i]}));
  }
  for (size_t c = 0; c < largest.size(); ++c) CHECK(largest[c] == (c == 1 ? 0 : 127));
}

TEST_CASE("Weights at ties are rounded as Google's converter does") {
  // Divided by the scale, the second weight would be 63.4999962.
  const std::vector<float> weights = {1.15625f, 0.578125f, -0.578125f};
  const std::vector<float> own_scale = {weight_scale(1.15625f)};
  CHECK(quantize_channels(weights, {1, 1, 3}, own_scale) == std::vector<int8_t>{127, 64, -64});
}

TEST_CASE("Weights next to nothing are quantized with any scale") {
  // 127 / max|w| is infinite.
  const std::vector<float> weights = {1e-37f, -0.25e-37f, 0};
  const std::vector<float> own_scale = {weight_scale(1e-37f)}, other_scale = {2.6e-39f};
  CHECK(quantize_channels(weights, {1, 1, 3}, own_scale) == std::vector<int8_t>{127, -32, 0});
  CHECK(quantize_channels(weights, {1, 1, 3}, other_scale) == std::vector<int8_t>{38, -10, 0});
}

TEST_CASE("Weights saturate symmetrically, and one scale serves all channels") {
  const ChannelView view{.outer = 1, .channels = 2, .inner = 3};
  const std::vector<float> weights = {100, -100, 0.5f, 1, -1, -0.5f};
  const std::vector<float> scales = {0.1f, 1};
  CHECK(quantize_channels(weights, view, scales) == std::vector<int8_t>{127, -127, 5, 1, -1, -1});
  const std::vector<int8_t> quantized = {1, 2, 3, -4, -5, -6};
  const std::vector<float> one_scale = {0.5f};
  CHECK(dequantize_channels(quantized, view, one_scale) == std::vector<float>{0.5f, 1, 1.5f, -2, -2.5f, -3});
}

}  // namespace
}  // namespace webquant
