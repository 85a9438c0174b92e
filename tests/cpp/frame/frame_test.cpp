#include "frame/frame.h"

#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <limits>

#include "support/random.h"

namespace webquant {
namespace {

struct Image {
  int width, height, channels;
  std::vector<uint8_t> data;  // of exactly this size, so that the sanitizer sees any reading beyond it
  Frame frame() const { return {data, width, height, channels}; }
  uint8_t& at(int x, int y, int channel) { return data[static_cast<size_t>((y * width + x) * channels + channel)]; }
  uint8_t at(int x, int y, int channel) const { return const_cast<Image*>(this)->at(x, y, channel); }
};

Image random_image(test::Random& random, int width, int height, int channels) {
  Image image{width, height, channels, std::vector<uint8_t>(static_cast<size_t>(width * height * channels))};
  for (uint8_t& value : image.data) value = static_cast<uint8_t>(random.below(256));
  return image;
}

template <class T>
std::vector<T> convert(const Image& image, const FrameSpec& spec) {
  std::vector<T> out(tensor_size(spec));
  frame_to_tensor(image.frame(), spec, std::span<T>(out));
  return out;
}

// ---- The oracle: the definition, pixel by pixel in double, over the whole window.

struct Window {
  int x, y, width, height;
};

Window expected_window(const Image& image, const FrameSpec& spec) {
  Window window{0, 0, image.width, image.height};
  if (!spec.center_crop) return window;
  const double aspect = static_cast<double>(spec.width) / spec.height;
  const auto whole = [](double side, int limit) {
    return std::clamp(static_cast<int>(std::floor(side + 0.5 + 1e-9)), 1, limit);
  };
  if (image.width > image.height * aspect) window.width = whole(image.height * aspect, image.width);
  if (image.width < image.height * aspect) window.height = whole(image.width / aspect, image.height);
  return {(image.width - window.width) / 2, (image.height - window.height) / 2, window.width, window.height};
}

double expected_weight(int out_index, int out_size, int in_index, int in_size, bool bilinear) {
  const double scale = static_cast<double>(in_size) / out_size;
  if (!bilinear) return in_index == static_cast<int>(std::floor((out_index + 0.5) * scale + 1e-9)) ? 1 : 0;
  return std::max(0.0, 1 - std::abs(in_index + 0.5 - (out_index + 0.5) * scale) / std::max(scale, 1.0));
}

double expected_pixel(const Image& image, const FrameSpec& spec, int x, int y, int channel) {
  const Window window = expected_window(image, spec);
  double sum = 0, total = 0;
  for (int v = 0; v < window.height; ++v) {
    const double down = expected_weight(y, spec.height, v, window.height, spec.bilinear);
    if (down == 0) continue;
    for (int u = 0; u < window.width; ++u) {
      const double weight = down * expected_weight(x, spec.width, u, window.width, spec.bilinear);
      sum += weight * image.at(window.x + u, window.y + v, channel);
      total += weight;
    }
  }
  return sum / total;
}

std::vector<double> oracle(const Image& image, const FrameSpec& spec) {
  std::vector<double> out;
  for (int y = 0; y < spec.height; ++y) {
    for (int x = 0; x < spec.width; ++x) {
      double rgb[3];
      for (int c = 0; c < 3; ++c) rgb[c] = expected_pixel(image, spec, x, y, image.channels == 1 ? 0 : c);
      if (spec.channels == Channels::kBgr) std::swap(rgb[0], rgb[2]);
      if (spec.channels == Channels::kGray) {
        out.push_back((0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] - spec.mean[0]) / spec.std[0]);
      } else {
        for (int c = 0; c < 3; ++c) out.push_back((rgb[c] - spec.mean[c]) / spec.std[c]);
      }
    }
  }
  return out;
}

template <class T>
void check_integers(const Image& image, const FrameSpec& spec, const std::vector<double>& expected, double tolerance) {
  const std::vector<T> out = convert<T>(image, spec);
  REQUIRE(out.size() == expected.size());
  for (size_t i = 0; i < out.size(); ++i) {
    const double saturated =
        std::clamp<double>(expected[i], std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    if (std::abs(out[i] - saturated) > 0.5 + tolerance)
      FAIL("element " << i << " is " << int{out[i]} << ", expected " << expected[i]);
  }
}

void check_against_oracle(const Image& image, const FrameSpec& spec) {
  CAPTURE(image.width, image.height, image.channels, spec.width, spec.height, spec.center_crop, spec.bilinear,
          static_cast<int>(spec.channels));
  const std::vector<double> expected = oracle(image, spec);
  const double smallest_std = std::min({spec.std[0], spec.std[1], spec.std[2]});
  const double tolerance = 5e-4 / smallest_std;  // in units of a pixel's 256 steps
  const std::vector<float> out = convert<float>(image, spec);
  REQUIRE(out.size() == expected.size());
  for (size_t i = 0; i < out.size(); ++i) {
    if (!(std::abs(out[i] - expected[i]) <= tolerance))
      FAIL("element " << i << " is " << out[i] << ", expected " << expected[i]);
  }
  check_integers<uint8_t>(image, spec, expected, tolerance);
  check_integers<int8_t>(image, spec, expected, tolerance);
  SUCCEED();
}

constexpr Channels kAllChannels[] = {Channels::kRgb, Channels::kBgr, Channels::kGray};

TEST_CASE("Frames of chosen sizes agree with the definition") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  test::Random random(Catch::getSeed());
  struct Sizes {
    int from_width, from_height, to_width, to_height;
  };
  const Sizes all_sizes[] = {{1, 1, 1, 1},   {1, 1, 5, 3},   {7, 5, 1, 1},     {64, 48, 8, 8},  {8, 8, 21, 13},
                             {3, 50, 9, 9},  {50, 3, 9, 9},  {17, 17, 16, 16}, {33, 31, 5, 40}, {5, 40, 33, 31},
                             {2, 2, 1, 100}, {100, 2, 3, 1}, {19, 13, 19, 13}};
  for (const Sizes& sizes : all_sizes) {
    for (const int source_channels : {1, 3, 4}) {
      const Image image = random_image(random, sizes.from_width, sizes.from_height, source_channels);
      for (const Channels channels : kAllChannels) {
        for (const bool crop : {false, true}) {
          for (const bool bilinear : {false, true}) {
            check_against_oracle(image, {.width = sizes.to_width,
                                         .height = sizes.to_height,
                                         .center_crop = crop,
                                         .bilinear = bilinear,
                                         .mean = {127.5f, 100, 10},
                                         .std = {1, 2, 0.5f},
                                         .channels = channels});
          }
        }
      }
    }
  }
}

TEST_CASE("Frames of random sizes agree with the definition") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  test::Random random(Catch::getSeed());
  const auto size = [&] { return 1 + static_cast<int>(random.below(45)); };
  const int source_channels[] = {1, 3, 4};
  for (int i = 0; i < 150; ++i) {
    const Image image = random_image(random, size(), size(), source_channels[random.below(3)]);
    FrameSpec spec{
        .width = size(), .height = size(), .center_crop = random.below(2) == 0, .bilinear = random.below(4) != 0};
    for (float& value : spec.mean) value = random.uniform(-10, 200);
    for (float& value : spec.std) value = random.uniform(0.5f, 100);
    spec.channels = kAllChannels[random.below(3)];
    check_against_oracle(image, spec);
  }
}

TEST_CASE("Equal sizes copy every pixel exactly") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  test::Random random(Catch::getSeed());
  const bool bilinear = GENERATE(false, true), crop = GENERATE(false, true);
  const int source_channels = GENERATE(1, 3, 4);
  const Image image = random_image(random, 37, 23, source_channels);
  const FrameSpec plain{.width = 37, .height = 23, .center_crop = crop, .bilinear = bilinear};
  FrameSpec normalised = plain;
  normalised.mean[1] = 123.675f;
  normalised.std[1] = 58.395f;
  const auto bytes = convert<uint8_t>(image, plain);
  const auto reals = convert<float>(image, normalised);
  size_t i = 0;
  for (int y = 0; y < 23; ++y) {
    for (int x = 0; x < 37; ++x) {
      for (int c = 0; c < 3; ++c, ++i) {
        const uint8_t pixel = image.at(x, y, source_channels == 1 ? 0 : c);
        REQUIRE(bytes[i] == pixel);
        REQUIRE(reals[i] == (c == 1 ? (pixel - 123.675f) / 58.395f : pixel));
      }
    }
  }
}

TEST_CASE("Bilinear resampling has half-pixel centres and anti-aliases") {
  const Image two{2, 1, 1, {0, 100}};
  CHECK(convert<float>(two, {.width = 4, .height = 1, .center_crop = false, .channels = Channels::kGray}) ==
        std::vector<float>{0, 25, 75, 100});
  // By hand: weights 3/4, 3/4, 1/4 of the pixels at distance 1/2, 1/2, 3/2, over their sum.
  const Image four{4, 1, 1, {0, 10, 20, 40}};
  const auto half = convert<float>(four, {.width = 2, .height = 1, .center_crop = false, .channels = Channels::kGray});
  CHECK(half[0] == Catch::Approx((0.75 * 10 + 0.25 * 20) / 1.75));
  CHECK(half[1] == Catch::Approx((0.25 * 10 + 0.75 * 20 + 0.75 * 40) / 1.75));
}

TEST_CASE("The centre crop is the largest centred window, and nothing else is read") {
  const auto row = [](int width, int height) {
    Image image{width, height, 1, std::vector<uint8_t>(static_cast<size_t>(width * height))};
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) image.at(x, y, 0) = static_cast<uint8_t>(10 * y + x);
    }
    return image;
  };
  const FrameSpec square{.width = 2, .height = 2, .bilinear = false, .channels = Channels::kGray};
  CHECK(convert<uint8_t>(row(6, 2), square) == std::vector<uint8_t>{2, 3, 12, 13});
  CHECK(convert<uint8_t>(row(5, 2), square) ==
        std::vector<uint8_t>{1, 2, 11, 12});  // the larger half of the rest is cut on the right
  CHECK(convert<uint8_t>(row(2, 5), square) == std::vector<uint8_t>{10, 11, 20, 21});
  // 5 x 2 at 3:2 is a window of 3 x 2; 7 x 3 at 3:2 one of 4.5, rounded to 5, x 3.
  CHECK(convert<uint8_t>(row(5, 2), {.width = 3, .height = 2, .bilinear = false, .channels = Channels::kGray}) ==
        std::vector<uint8_t>{1, 2, 3, 11, 12, 13});
  CHECK(convert<uint8_t>(row(7, 3), {.width = 3, .height = 2, .bilinear = false, .channels = Channels::kGray}) ==
        std::vector<uint8_t>{1, 3, 5, 21, 23, 25});

  INFO("repeat with --rng-seed " << Catch::getSeed());
  test::Random random(Catch::getSeed());
  const Image image = random_image(random, 64, 20, 4);
  Image other = image;
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 64; ++x) {
      for (int c = 0; c < 4; ++c)
        other.at(x, y, c) ^= x < 22 || x >= 42 || c == 3 ? 0xff : 0;  // alpha counts as outside, too
    }
  }
  const FrameSpec spec{.width = 7, .height = 7};
  CHECK(convert<float>(image, spec) == convert<float>(other, spec));
}

TEST_CASE("Integers are rounded half away from zero and saturated") {
  const Image image{4, 1, 1, {0, 5, 7, 255}};
  const FrameSpec spec{.width = 4, .height = 1, .mean = {6}, .std = {2, 1, 1}, .channels = Channels::kGray};
  CHECK(convert<int8_t>(image, spec) == std::vector<int8_t>{-3, -1, 1, 125});  // -3, -0.5, 0.5, 124.5
  CHECK(convert<uint8_t>(image, spec) == std::vector<uint8_t>{0, 0, 1, 125});
  const FrameSpec steep{.width = 4, .height = 1, .mean = {6}, .std = {0.5f, 1, 1}, .channels = Channels::kGray};
  CHECK(convert<int8_t>(image, steep) == std::vector<int8_t>{-12, -2, 2, 127});
  CHECK(convert<uint8_t>(image, steep) == std::vector<uint8_t>{0, 0, 2, 255});
}

void check_refused(const Frame& frame, const FrameSpec& spec, size_t room, const std::string& where) {
  CAPTURE(where);
  std::vector<float> out(room);
  try {
    frame_to_tensor(frame, spec, std::span<float>(out));
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code == ErrorCode::kInvalidInput);
    CHECK(error.where == where);
    CHECK_FALSE(error.message.empty());
  }
}

TEST_CASE("Frames and options that make no sense are refused by name") {
  const std::vector<uint8_t> data(4 * 4 * 3);
  const Frame good{data, 4, 4, 3};
  const FrameSpec spec{.width = 2, .height = 2};
  constexpr int largest = std::numeric_limits<int>::max();
  check_refused({data, 0, 4, 3}, spec, 12, "frame");
  check_refused({data, 4, -4, 3}, spec, 12, "frame");
  check_refused({data, 6, 4, 2}, spec, 12, "frame");
  check_refused({data, 4, 5, 3}, spec, 12, "frame");
  check_refused({{}, 4, 4, 3}, spec, 12, "frame");
  check_refused({data, largest, largest, 4}, spec, 12, "frame");
  check_refused({{}, 1 << 16, 1 << 16, 1}, spec, 12, "frame");  // 0 in 32 bits
  check_refused({{}, 1 << 30, 1 << 30, 4}, spec, 12, "frame");
  check_refused(good, {.width = 0, .height = 2}, 12, "options.width");
  check_refused(good, {.width = 2, .height = -1}, 12, "options.height");
  check_refused(good, {.width = largest, .height = largest}, 12, "options.width");
  check_refused(good, {.width = 1 << 16, .height = 1 << 16}, 0, "options.width");  // 0 in 32 bits
  check_refused(good, spec, 11, "out");
  check_refused(good, {.width = 2, .height = 2, .channels = Channels::kGray}, 12, "out");
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    check_refused(good, {.width = 2, .height = 2, .mean = {0, 0, bad}}, 12, "options.mean");
    check_refused(good, {.width = 2, .height = 2, .std = {1, bad, 1}}, 12, "options.std");
  }
  check_refused(good, {.width = 2, .height = 2, .std = {1, 0, 1}}, 12, "options.std");
}

}  // namespace
}  // namespace webquant
