#include "calibrate/stats.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace webquant {
namespace {

// In the order of Method.
constexpr std::array<std::string_view, 6> kMethodNames = {"minmax", "moving-average", "percentile", "entropy", "mse",
                                                          "auto"};

// An integer that orders floats by value, with -inf and +inf outermost and NaNs beyond them. Minimum and maximum of
// integers vectorize (those of floats do not, because of NaN), and the outermost keys tell whether all values were
// finite.
int32_t ordered(float value) {
  const int32_t bits = std::bit_cast<int32_t>(value);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

float value_of(int32_t key) { return std::bit_cast<float>(key ^ ((key >> 31) & 0x7fffffff)); }

bool is_finite(int32_t key) {
  return key > ordered(-std::numeric_limits<float>::infinity()) &&
         key < ordered(std::numeric_limits<float>::infinity());
}

// Fails for the first value that is not finite.
[[noreturn]] void refuse(std::span<const float> values, std::string_view where) {
  const auto bad = std::ranges::find_if(values, [](float value) { return !is_finite(ordered(value)); });
  const std::string_view kind = *bad != *bad ? "NaN" : *bad > 0 ? "infinite" : "-infinite";
  fail(ErrorCode::kInvalidInput, std::string(where),
       text("value ", bad - values.begin(), " of ", values.size(), " is ", kind, "; calibration needs finite values"));
}

// + 0 turns -0 into 0: equal ranges should compare and print the same.
float end_of(int32_t key) { return value_of(key) + 0.0f; }

// The running minimum, maximum and sum of each of several columns.
struct Columns {
  explicit Columns(size_t count)
      : low(count, std::numeric_limits<int32_t>::max()),
        high(count, std::numeric_limits<int32_t>::min()),
        part(count),
        sum(count) {}

  // Adds kRows rows (or one), each as long as there are columns. Several at once keep a column's state in registers.
  template <size_t kRows>
  void add(const float* rows) {
    const size_t count = low.size();
    int32_t* lows = low.data();
    int32_t* highs = high.data();
    float* sums = part.data();
    for (size_t i = 0; i < count; ++i) {
      int32_t lowest = lows[i], highest = highs[i];
      float total = sums[i];
      for (size_t row = 0; row < kRows; ++row) {
        const float value = rows[row * count + i];
        const int32_t key = ordered(value);
        lowest = std::min(lowest, key);
        highest = std::max(highest, key);
        total += value;
      }
      lows[i] = lowest;
      highs[i] = highest;
      sums[i] = total;
    }
  }

  // Floats lose precision in long sums.
  void move_sums() {
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
    std::ranges::fill(part, 0.0f);
  }

  std::vector<int32_t> low, high;
  std::vector<float> part;
  std::vector<double> sum;
};

// In double from the start, for values so large that a few of them are beyond what a float can hold.
double channel_sum(std::span<const float> values, size_t channels, size_t channel) {
  double sum = 0;
  for (size_t i = channel; i < values.size(); i += channels) sum += values[i];
  return sum;
}

}  // namespace

Method method_of(std::string_view name, std::string_view where) {
  const auto found = std::ranges::find(kMethodNames, name);
  if (found != kMethodNames.end()) return static_cast<Method>(found - kMethodNames.begin());
  fail(ErrorCode::kInvalidInput, std::string(where),
       text("\"", name,
            "\" is not known; use \"minmax\", \"moving-average\", \"percentile\", \"entropy\", \"mse\" or \"auto\""));
}

std::string_view to_string(Method method) { return kMethodNames[static_cast<size_t>(method)]; }

void require_sound_details(const Stats& stats) {
  const auto finite = [](double value) { return std::isfinite(value); };
  for (const auto& [name, seen] : stats.details) {
    const std::string where = text("stats.details[\"", name, "\"]");
    const size_t count = seen.channel_sum.size();
    if (seen.channel_min.size() != count || seen.channel_max.size() != count) {
      fail(ErrorCode::kInvalidInput, where,
           text("has ", seen.channel_min.size(), " minima, ", seen.channel_max.size(), " maxima and ", count,
                " sums of channels; they must be as many"));
    }
    if (!finite(seen.min_sum) || !finite(seen.max_sum) || !std::ranges::all_of(seen.channel_min, finite) ||
        !std::ranges::all_of(seen.channel_max, finite) || !std::ranges::all_of(seen.channel_sum, finite)) {
      fail(ErrorCode::kInvalidInput, where, "holds a number that is not finite in float32");
    }
  }
}

Range min_max(std::span<const float> values, std::string_view where) {
  if (values.empty()) return {};
  int32_t low = std::numeric_limits<int32_t>::max();
  int32_t high = std::numeric_limits<int32_t>::min();
  for (const float value : values) {
    const int32_t key = ordered(value);
    low = std::min(low, key);
    high = std::max(high, key);
  }
  if (!is_finite(low) || !is_finite(high)) refuse(values, where);
  return {.min = end_of(low), .max = end_of(high)};
}

ChannelRanges channel_ranges(std::span<const float> values, size_t channels, std::string_view where) {
  // Few channels: several rows side by side make a row that is worth a vector loop.
  constexpr size_t kWide = 32, kRows = 8, kRowsBeforeMove = 64;
  const size_t group = channels >= kWide ? 1 : kWide / channels;
  const size_t width = channels * group;
  Columns wide(width), rest(channels);
  const float* next = values.data();
  const float* const end = next + values.size();
  for (size_t rows = 0; next + width * kRows <= end; next += width * kRows) {
    wide.add<kRows>(next);
    if ((rows += kRows) % kRowsBeforeMove == 0) wide.move_sums();
  }
  for (; next + channels <= end; next += channels) rest.add<1>(next);
  wide.move_sums();
  rest.move_sums();
  for (size_t i = 0; i < width; ++i) {
    const size_t channel = i % channels;
    rest.low[channel] = std::min(rest.low[channel], wide.low[i]);
    rest.high[channel] = std::max(rest.high[channel], wide.high[i]);
    rest.sum[channel] += wide.sum[i];
  }
  ChannelRanges out;
  const auto rows = static_cast<double>(values.size() / channels);
  for (size_t channel = 0; channel < channels; ++channel) {
    if (!is_finite(rest.low[channel]) || !is_finite(rest.high[channel])) refuse(values, where);
    out.min.push_back(end_of(rest.low[channel]));
    out.max.push_back(end_of(rest.high[channel]));
    const double sum = rest.sum[channel];
    out.mean.push_back((std::isfinite(sum) ? sum : channel_sum(values, channels, channel)) / rows);
  }
  return out;
}

double on_grid(double value) { return std::round(value * 0x1p24) * 0x1p-24; }

Range merge(const Range& a, const Range& b) { return {.min = std::min(a.min, b.min), .max = std::max(a.max, b.max)}; }

}  // namespace webquant
