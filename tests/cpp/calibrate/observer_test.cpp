// Histograms, observers, and what they keep of the samples that they saw.
#include "calibrate/observer.h"

#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "support/random.h"

namespace webquant {
namespace {

using test::Random;

// One tensor of random length and magnitude, which grows from sample to sample.
std::vector<std::vector<float>> random_samples(Random& random, size_t count) {
  std::vector<std::vector<float>> samples;
  for (size_t i = 0; i < count; ++i) {
    const float magnitude = std::ldexp(1.0f, static_cast<int>(random.below(24)) - 12);
    const float low = random.below(3) == 0 ? 0 : -random.uniform(0, 2);
    samples.push_back(random.values(4 * (1 + random.below(300)), low * magnitude, magnitude));
  }
  return samples;
}

Stats observe(const std::vector<std::vector<float>>& samples, const StatsOptions& options, size_t channels = 4) {
  Observer observer(options);
  for (const auto& values : samples) {
    const Observed one{.name = "x", .label = "x", .values = values, .channels = channels};
    observer.add(std::span(&one, 1));
  }
  return observer.stats();
}

uint64_t total(const Histogram& histogram) {
  return std::accumulate(histogram.counts.begin(), histogram.counts.end(), uint64_t{0});
}

TEST_CASE("a histogram counts every value in the bin that holds it, however its range grew") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  const StatsOptions options{.method = Method::kPercentile, .bins = 64};
  for (int round = 0; round < 50; ++round) {
    const auto samples = random_samples(random, 1 + random.below(6));
    const Stats stats = observe(samples, options);
    const TensorStats& tensor = stats.tensors.at("x");
    const Histogram& histogram = tensor.histogram.value();
    REQUIRE(histogram.counts.size() <= 64);
    REQUIRE(histogram.counts.front() > 0);
    REQUIRE(histogram.counts.back() > 0);
    const double width = std::ldexp(1.0, histogram.exponent);
    std::vector<uint64_t> expected(histogram.counts.size());
    for (const auto& values : samples) {
      for (const float value : values) {
        const auto bin = static_cast<int64_t>(std::floor(value / width)) - histogram.first;
        ++expected.at(static_cast<size_t>(bin));
      }
    }
    REQUIRE(histogram.counts == expected);
    // Half the width would take too many bins.
    const double half = width / 2;
    REQUIRE(std::floor(tensor.max / half) - std::floor(tensor.min / half) + 1 > 64);
  }
}

TEST_CASE("statistics do not depend on the order of the samples") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  const auto method = GENERATE(Method::kMinMax, Method::kPercentile, Method::kEntropy, Method::kMse);
  for (int round = 0; round < 20; ++round) {
    auto samples = random_samples(random, 5);
    const Stats forwards = observe(samples, {.method = method});
    std::ranges::reverse(samples);
    const Stats backwards = observe(samples, {.method = method});
    REQUIRE(forwards.tensors == backwards.tensors);
    REQUIRE(forwards.details == backwards.details);
  }
}

TEST_CASE("histograms take extreme ranges") {
  constexpr float max = std::numeric_limits<float>::max(), tiny = std::numeric_limits<float>::denorm_min();
  const auto histogram_of = [](std::vector<float> values) {
    return observe({values}, {.method = Method::kMse, .bins = 16}, 1).tensors.at("x").histogram.value();
  };
  for (const auto& values : std::vector<std::vector<float>>{
           {0}, {0, 0, 0}, {5, 5}, {-max, max}, {max}, {tiny}, {-tiny, tiny}, {1e30f, 1e-30f}, {1, 1 + 1e-7f}, {-3}}) {
    const Histogram histogram = histogram_of(values);
    CAPTURE(values);
    CHECK(total(histogram) == values.size());
    CHECK(histogram.counts.size() <= 16);
  }
}

TEST_CASE("channel ranges are those of a plain loop") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  for (int round = 0; round < 200; ++round) {
    const size_t channels = 1 + random.below(round % 2 == 0 ? 8 : 100), rows = 1 + random.below(200);
    const auto values = random.values(channels * rows, -3, 2);
    const auto seen = channel_ranges(values, channels, "x");
    for (size_t channel = 0; channel < channels; ++channel) {
      float low = values[channel], high = low;
      double sum = 0;
      for (size_t i = channel; i < values.size(); i += channels) {
        low = std::min(low, values[i]);
        high = std::max(high, values[i]);
        sum += values[i];
      }
      REQUIRE(seen.min.at(channel) == low);
      REQUIRE(seen.max.at(channel) == high);
      REQUIRE(std::abs(seen.mean.at(channel) - sum / static_cast<double>(rows)) < 1e-5);
    }
  }
}

TEST_CASE("a moving average starts unbiased and forgets slowly") {
  const StatsOptions options{.method = Method::kMovingAverage, .momentum = 0.75};
  CHECK(observe({{-1, 3}}, options, 1).tensors.at("x") == TensorStats{.min = -1, .max = 3});
  const TensorStats two = observe({{-1, 3}, {-5, 11}}, options, 1).tensors.at("x");
  // Weights 0.75 * 0.25 and 0.25, over their sum.
  CHECK(two.min == Catch::Approx((0.1875 * -1 + 0.25 * -5) / 0.4375));
  CHECK(two.max == Catch::Approx((0.1875 * 3 + 0.25 * 11) / 0.4375));
  const TensorStats same = observe({20, std::vector<float>{-2, 7}}, options, 1).tensors.at("x");
  CHECK(same.min == Catch::Approx(-2));
  CHECK(same.max == Catch::Approx(7));
}

TEST_CASE("details are sums over samples, by channel too") {
  const Stats stats = observe({{1, -2, 3, 4}, {5, 6, -7, 8}}, {}, 2);
  const TensorDetails& details = stats.details.at("x");
  CHECK(details.min_sum == -9);
  CHECK(details.max_sum == 12);
  CHECK(details.channel_min == std::vector<float>{-7, -2});
  CHECK(details.channel_max == std::vector<float>{5, 8});
  CHECK(details.channel_sum == std::vector<double>{2 - 1, 1 + 7});
}

TEST_CASE("a value that is not finite leaves statistics as they were") {
  const auto method = GENERATE(Method::kMinMax, Method::kMovingAverage, Method::kPercentile);
  const size_t channels = GENERATE(size_t{0}, size_t{1}, size_t{2});
  Observer observer({.method = method});
  const auto add = [&](const std::vector<float>& first, const std::vector<float>& second) {
    const std::vector<Observed> both = {{.name = "a", .label = "A", .values = first, .channels = channels},
                                        {.name = "b", .label = "B", .values = second, .channels = channels}};
    observer.add(both);
  };
  add({1, 2, 3, 4}, {5, 6, 7, 8});
  const Stats before = observer.stats();
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    try {
      add({9, 9, 9, 9}, {1, 1, 1, bad});
      FAIL("accepted " << bad);
    } catch (const Error& error) {
      CHECK(error.code == ErrorCode::kInvalidInput);
      CHECK(error.where == "B");
      CHECK(error.message.starts_with("value 3 of 4 is "));
    }
  }
  CHECK(observer.stats().samples == before.samples);
  CHECK(observer.stats().tensors == before.tensors);
  CHECK(observer.stats().details == before.details);
}

}  // namespace
}  // namespace webquant
