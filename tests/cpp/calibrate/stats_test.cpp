#include "calibrate/stats.h"

#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "support/random.h"

namespace webquant {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Range range_of(const std::vector<float>& values) { return min_max(values, "tensor"); }

TEST_CASE("min_max finds the ends wherever they are") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  test::Random random(Catch::getSeed());
  for (int i = 0; i < 500; ++i) {
    // Also ranges of one sign only, in which the other end must not become 0.
    const float centre = random.uniform(-3, 3);
    const auto values = random.values(1 + random.below(70), centre - 1, centre + 1);
    const auto [low, high] = std::ranges::minmax(values);
    REQUIRE(range_of(values) == Range{.min = low, .max = high});
  }
}

TEST_CASE("min_max takes every finite value, and writes zero without a sign") {
  constexpr float max = std::numeric_limits<float>::max();
  CHECK(range_of({max, -max}) == Range{.min = -max, .max = max});
  CHECK(range_of({1e-45f, -1e-45f}) == Range{.min = -1e-45f, .max = 1e-45f});
  const Range zero = range_of({-0.0f, -0.0f});
  CHECK_FALSE(std::signbit(zero.min));
  CHECK_FALSE(std::signbit(zero.max));
}

TEST_CASE("min_max refuses what is not finite, saying which and where") {
  const float bad = GENERATE(kNaN, -kNaN, kInfinity, -kInfinity);
  const size_t count = 37, at = GENERATE(size_t{0}, size_t{17}, size_t{36});
  std::vector<float> values(count, 1.0f);
  values[at] = bad;
  try {
    min_max(values, "CONV_2D #0 \"stem\"");
    FAIL("accepted " << bad);
  } catch (const Error& error) {
    CHECK(error.code == ErrorCode::kInvalidInput);
    CHECK(error.where == "CONV_2D #0 \"stem\"");
    CHECK(error.message.starts_with(text("value ", at, " of 37 is ",
                                         std::isnan(bad) ? "NaN"
                                         : bad > 0       ? "infinite"
                                                         : "-infinite")));
  }
}

TEST_CASE("means of channels do not overflow where single values do not") {
  constexpr float max = std::numeric_limits<float>::max();
  const size_t channels = GENERATE(size_t{1}, size_t{3}, size_t{40}), rows = GENERATE(size_t{2}, size_t{200});
  std::vector<float> values(channels * rows, max);
  // The last channel holds both ends.
  for (size_t row = 1; row < rows; row += 2) values[row * channels + channels - 1] = -max;
  const ChannelRanges seen = channel_ranges(values, channels, "tensor");
  for (size_t c = 0; c + 1 < channels; ++c) CHECK(seen.mean[c] == Catch::Approx(max));
  CHECK(seen.mean[channels - 1] == 0);
}

TEST_CASE("merge gives the smallest range that holds both") {
  const Range a{.min = -1, .max = 2}, b{.min = 0, .max = 5};
  CHECK(merge(a, b) == Range{.min = -1, .max = 5});
  CHECK(merge(b, a) == merge(a, b));
  CHECK(merge(a, a) == a);
}

}  // namespace
}  // namespace webquant
