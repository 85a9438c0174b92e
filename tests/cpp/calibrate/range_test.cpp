// Which range each method chooses.
#include "calibrate/range.h"

#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>

#include "base/quant_math.h"
#include "calibrate/observer.h"
#include "support/random.h"

namespace webquant {
namespace {

using test::Random;

TensorStats seen(const std::vector<float>& values, Method method) {
  Observer observer({.method = method});
  const Observed one{.name = "x", .label = "x", .values = values};
  observer.add(std::span(&one, 1));
  return observer.stats().tensors.at("x");
}

Range chosen(const std::vector<float>& values, const StatsOptions& options, bool symmetric = false) {
  return calibrated_range(seen(values, options.method), options, symmetric);
}

// Sums of uniform numbers are close to normal.
std::vector<float> bell(Random& random, size_t count, bool positive = false) {
  std::vector<float> out(count);
  for (float& value : out) {
    for (int i = 0; i < 6; ++i) value += random.uniform(-1, 1);
    if (positive) value = std::max(value, 0.0f);
  }
  return out;
}

double error_of(const std::vector<float>& values, Range range, bool symmetric) {
  const QuantParams params = activation_params(range.min, range.max, symmetric);
  std::vector<int8_t> quantized(values.size());
  std::vector<float> back(values.size());
  quantize_values(values, params, quantized);
  dequantize_values(quantized, params, back);
  double sum = 0;
  for (size_t i = 0; i < values.size(); ++i) sum += (double{back[i]} - values[i]) * (double{back[i]} - values[i]);
  return sum;
}

TEST_CASE("min-max and moving average take what was seen") {
  CHECK(chosen({-1, 0.5f, 3}, {.method = Method::kMinMax}) == Range{-1, 3});
  CHECK(chosen({-1, 0.5f, 3}, {.method = Method::kMovingAverage}) == Range{-1, 3});
}

TEST_CASE("percentile leaves out the share that it should, a bin more or less") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  const double percentile = GENERATE(90.0, 99.0, 99.9);
  const bool symmetric = GENERATE(false, true);
  const auto values = bell(random, 100'000);
  const Range all = chosen(values, {.method = Method::kPercentile, .percentile = 100}, symmetric);
  const auto [low, high] = std::ranges::minmax(values);
  CHECK(all == Range{low, high});

  const Range range = chosen(values, {.method = Method::kPercentile, .percentile = percentile}, symmetric);
  const auto outside = [&](auto is_outside) {
    return 100.0 * static_cast<double>(std::ranges::count_if(values, is_outside)) / static_cast<double>(values.size());
  };
  const double below = outside([&](float value) { return value < range.min; }),
               above = outside([&](float value) { return value > range.max; });
  const double left_out = 100 - percentile, bin = 0.2;  // in per cent: bins near the centre hold the most
  CHECK(below + above <= left_out);
  CHECK(below + above >= left_out - 2 * bin);
  if (symmetric) {
    CHECK(range.min == -range.max);
  } else {
    CHECK(std::abs(below - above) <= bin);
  }
}

TEST_CASE("mse never has a larger error than the whole range, and a smaller one with outliers") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  const bool symmetric = GENERATE(false, true), positive = GENERATE(false, true);
  auto values = bell(random, 500'000, positive);
  const auto ratio = [&] {
    const auto [low, high] = std::ranges::minmax(values);
    return error_of(values, chosen(values, {.method = Method::kMse}, symmetric), symmetric) /
           error_of(values, {low, high}, symmetric);
  };
  CHECK(ratio() <= 1.01);  // counts in bins are not the values themselves
  values.push_back(16);
  CHECK(ratio() < 0.9);
}

TEST_CASE("entropy cuts off a lone outlier and leaves an even distribution alone") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  const bool symmetric = GENERATE(false, true);
  auto values = bell(random, 200'000);
  values.push_back(24);
  const Range cut = chosen(values, {.method = Method::kEntropy}, symmetric);
  CHECK(cut.max < 12);
  CHECK(cut.max > 2);
  const auto even = random.values(200'000, -1, 1);
  const Range whole = chosen(even, {.method = Method::kEntropy}, symmetric);
  CHECK(whole.max > 0.9f);
  CHECK(whole.min < -0.9f);
}

TEST_CASE("few values are no distribution to cut") {
  const std::vector<float> few = {-5, -1, 0, 0.5f, 1, 2, 40};
  CHECK(chosen(few, {.method = Method::kEntropy}) == Range{-5, 40});
}

TEST_CASE("every method gives a range within what was seen, that quantizes") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  const auto method = GENERATE(Method::kPercentile, Method::kEntropy, Method::kMse);
  const bool symmetric = GENERATE(false, true);
  for (int round = 0; round < 12; ++round) {
    const float magnitude = std::ldexp(1.0f, static_cast<int>(random.below(40)) - 20);
    const float low = round % 4 == 0 ? 0 : round % 4 == 1 ? 0.5f : -random.uniform(0, 1);
    const auto values = random.values(1 + random.below(3000), low * magnitude, magnitude);
    const auto [smallest, largest] = std::ranges::minmax(values);
    const Range range = chosen(values, {.method = method}, symmetric);
    REQUIRE(range.min >= smallest);
    REQUIRE(range.max <= largest);
    REQUIRE(range.min <= range.max);
    const QuantParams params = activation_params(range.min, range.max, symmetric);
    REQUIRE(params.scale > 0);
    REQUIRE(params.zero_point >= -128);
    REQUIRE(params.zero_point <= 127);
    for (const float value : {range.min, range.max, 0.0f, (range.min + range.max) / 2}) {
      const float back =
          params.scale * static_cast<float>(quantize_value(value, params, -128, 127) - params.zero_point);
      REQUIRE(std::abs(back - value) <= params.scale * 0.5001f);
    }
  }
}

TEST_CASE("a tensor that never changes has the range that it has") {
  const auto method = GENERATE(Method::kPercentile, Method::kEntropy, Method::kMse);
  CHECK(chosen({2, 2, 2}, {.method = method}) == Range{2, 2});
  CHECK(chosen({0, 0, 0}, {.method = method}) == Range{0, 0});
}

}  // namespace
}  // namespace webquant
