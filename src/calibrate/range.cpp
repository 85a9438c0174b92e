#include "calibrate/range.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/quant_math.h"

namespace webquant {
namespace {

constexpr int kLevels = 256;

// A histogram as numbers on the real line.
struct Bins {
  Bins(const Histogram& histogram) : width(std::ldexp(1.0, histogram.exponent)), first(histogram.first) {
    counts.assign(histogram.counts.begin(), histogram.counts.end());
  }
  double low(size_t i) const { return width * static_cast<double>(first + static_cast<int64_t>(i)); }
  double high(size_t i) const { return low(i) + width; }
  bool is_zero(size_t i) const { return first + static_cast<int64_t>(i) == 0; }
  // The bin at 0 is mostly zeros, which are exact in int8.
  double middle(size_t i) const { return is_zero(i) ? 0 : low(i) + width / 2; }
  double total() const {
    double sum = 0;
    for (const double count : counts) sum += count;
    return sum;
  }

  double width;
  int64_t first;
  std::vector<double> counts;
};

Range percentile_range(const Bins& bins, const Range& seen, double percentile, bool symmetric) {
  const double outside = bins.total() * (100 - percentile) / 100;
  if (symmetric) {
    std::map<double, double, std::greater<>> by_magnitude;
    for (size_t i = 0; i < bins.counts.size(); ++i) {
      by_magnitude[std::max(-bins.low(i), bins.high(i))] += bins.counts[i];
    }
    double left = outside, end = 0;
    for (const auto& [magnitude, count] : by_magnitude) {
      end = magnitude;
      left -= count;
      if (left < 0) break;
    }
    const auto limit = static_cast<float>(end);
    return {.min = std::max(seen.min, -limit), .max = std::min(seen.max, limit)};
  }
  const auto end = [&](auto begin, auto finish) {
    double left = outside / 2;
    return std::find_if(begin, finish, [&](double count) { return (left -= count) < 0; }) - begin;
  };
  const auto skipped_low = static_cast<size_t>(end(bins.counts.begin(), bins.counts.end()));
  const auto skipped_high = static_cast<size_t>(end(bins.counts.rbegin(), bins.counts.rend()));
  return {.min = std::max(seen.min, static_cast<float>(bins.low(skipped_low))),
          .max = std::min(seen.max, static_cast<float>(bins.high(bins.counts.size() - 1 - skipped_high)))};
}

double squared_error(const Bins& bins, const QuantParams& params) {
  const double low = params.scale * (-128.0 - params.zero_point), high = params.scale * (127.0 - params.zero_point);
  double error = 0;
  for (size_t i = 0; i < bins.counts.size(); ++i) {
    const double value = bins.middle(i);
    const double stored = std::clamp(std::round(value / params.scale) * params.scale, low, high);
    error += bins.counts[i] * (value - stored) * (value - stored);
  }
  return error;
}

// Of the int8 values from the real ones. Zeros are left out: there are many, and they are always exact.
double divergence(const Bins& bins, const QuantParams& params) {
  // Levels finer than the bins would look perfect, however much they clip.
  if (params.scale < bins.width) return std::numeric_limits<double>::infinity();
  const double low = -128 - params.zero_point, high = 127 - params.zero_point;
  std::vector<double> clipped(bins.counts.size());  // outliers are at the ends
  double level_count[kLevels] = {}, level_bins[kLevels] = {};
  std::vector<int> levels(bins.counts.size());
  double inside = 0, total = 0;
  int64_t begin = -1, end = -1;  // bins in range
  for (size_t i = 0; i < bins.counts.size(); ++i) {
    const double level = std::round(bins.middle(i) / params.scale);
    levels[i] = static_cast<int>(std::clamp(level, low, high) - low);
    if (level < low || level > high) continue;
    if (begin < 0) begin = static_cast<int64_t>(i);
    end = static_cast<int64_t>(i);
  }
  if (begin < 0) return std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < bins.counts.size(); ++i) {
    if (bins.is_zero(i) || bins.counts[i] == 0) continue;
    const int64_t place = std::clamp(static_cast<int64_t>(i), begin, end);
    clipped[static_cast<size_t>(place)] += bins.counts[i];
    total += bins.counts[i];
    if (place != static_cast<int64_t>(i)) continue;
    inside += bins.counts[i];
    level_count[levels[i]] += bins.counts[i];
    level_bins[levels[i]] += 1;
  }
  constexpr double kNever = 1e-6;  // probability of what the int8 values do not have
  double sum = 0;
  for (size_t i = 0; i < clipped.size(); ++i) {
    if (clipped[i] == 0) continue;
    const bool occupied = bins.counts[i] > 0 && !bins.is_zero(i);
    const double expected = clipped[i] / total;
    const double actual = occupied ? level_count[levels[i]] / level_bins[levels[i]] / inside : 0;
    sum += expected * std::log(expected / std::max(actual, kNever));
  }
  return sum;
}

// The range with the least cost: each end in turn is drawn in, step by step. Of equal costs the wider range.
template <class Cost>
Range search(const Range& seen, bool symmetric, Cost cost) {
  constexpr double kStep = 0.96;
  constexpr int kSteps = 120, kRounds = 2;  // down to less than a hundredth
  Range best = seen;
  double least = cost(activation_params(best.min, best.max, symmetric));
  const auto draw_in = [&](bool low, bool high) {
    const Range start = best;
    double factor = 1;
    for (int step = 0; step < kSteps; ++step, factor *= kStep) {
      Range range = start;
      // Values of one sign: the other end of the range is 0 anyway.
      if (low) range.min = std::min(static_cast<float>(range.min * factor), seen.max);
      if (high) range.max = std::max(static_cast<float>(range.max * factor), seen.min);
      const double now = cost(activation_params(range.min, range.max, symmetric));
      if (now >= least) continue;
      least = now;
      best = range;
    }
  };
  if (symmetric) {
    const float limit = std::max(-seen.min, seen.max);
    best = {.min = -limit, .max = limit};
    draw_in(true, true);
    return {.min = std::max(seen.min, best.min), .max = std::min(seen.max, best.max)};
  }
  for (int round = 0; round < kRounds; ++round) {
    if (seen.max > 0) draw_in(false, true);
    if (seen.min < 0) draw_in(true, false);
  }
  return best;
}

// A distribution is known only as well as it was sampled: with few values the bins are joined, and with very few
// nothing is left to gain over the range that was seen.
Bins well_sampled(const Histogram& histogram) {
  constexpr double kValuesPerBin = 8;
  Bins bins(histogram);
  const double total = bins.total();
  while (bins.counts.size() > kLevels && total < kValuesPerBin * static_cast<double>(bins.counts.size())) {
    const int64_t first = bins.first >> 1;
    std::vector<double> joined;
    for (size_t i = 0; i < bins.counts.size(); ++i) {
      const auto place = static_cast<size_t>(((bins.first + static_cast<int64_t>(i)) >> 1) - first);
      if (place >= joined.size()) joined.resize(place + 1);
      joined[place] += bins.counts[i];
    }
    bins.counts = std::move(joined);
    bins.first = first;
    bins.width *= 2;
  }
  return bins;
}

}  // namespace

Range calibrated_range(const TensorStats& tensor, const StatsOptions& options, bool symmetric) {
  const Range seen{tensor.min, tensor.max};
  if (!tensor.histogram || seen.min == seen.max) return seen;
  switch (options.method) {
    case Method::kPercentile:
      return percentile_range(Bins(*tensor.histogram), seen, options.percentile, symmetric);
    case Method::kMse:
    case Method::kAuto: {
      const Bins bins(*tensor.histogram);
      return search(seen, symmetric, [&](const QuantParams& params) { return squared_error(bins, params); });
    }
    case Method::kEntropy: {
      const Bins bins = well_sampled(*tensor.histogram);
      return search(seen, symmetric, [&](const QuantParams& params) { return divergence(bins, params); });
    }
    case Method::kMinMax:
    case Method::kMovingAverage:
      break;
  }
  return seen;
}

Stats with_chosen_ranges(const Stats& stats, bool symmetric) {
  Stats chosen = stats;
  for (auto& [name, tensor] : chosen.tensors) {
    Range range{tensor.min, tensor.max};
    const bool is_range = std::isfinite(range.min) && std::isfinite(range.max) && range.min <= range.max;
    if (is_range) range = calibrated_range(tensor, stats.options, symmetric);
    tensor = {.min = range.min, .max = range.max};
  }
  return chosen;
}

std::map<std::string, Range> calibrated_ranges(const Stats& stats, bool symmetric) {
  std::map<std::string, Range> ranges;
  for (const auto& [name, tensor] : stats.tensors) ranges[name] = calibrated_range(tensor, stats.options, symmetric);
  return ranges;
}

}  // namespace webquant
