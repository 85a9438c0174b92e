// Calibration statistics: what was seen of each float activation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "calibrate/histogram.h"

namespace webquant {

/// How the range of an activation is found. By name: "minmax", "moving-average", "percentile", "entropy", "mse",
/// "auto". The last gathers what all but "moving-average" need, so that several can be tried; by itself it is "mse".
enum class Method { kMinMax, kMovingAverage, kPercentile, kEntropy, kMse, kAuto };

/// Throws invalid-input, naming `where`, for any other name.
Method method_of(std::string_view name, std::string_view where);
std::string_view to_string(Method method);
inline bool has_histogram(Method method) { return method >= Method::kPercentile; }

struct StatsOptions {
  Method method = Method::kMinMax;
  double percentile = 99.99;  // share of values in per cent that the range holds
  double momentum = 0.95;     // weight of what was seen before
  int bins = 2048;            // most bins that a histogram takes
};

/// What was seen of one tensor. With moving-average: the averages of each sample's smallest and largest value.
struct TensorStats {
  float min = 0;
  float max = 0;
  std::optional<Histogram> histogram = {};
  bool operator==(const TensorStats&) const = default;
};

/// What the range alone does not tell. Sums are over the samples and exact, whatever their order: see `on_grid`.
struct TensorDetails {
  double min_sum = 0, max_sum = 0;  // of each sample's smallest and largest value
  // By index of the last dimension, for the inputs and outputs of operators with weights and for what lies between
  // these and the model's outputs; empty for others.
  std::vector<float> channel_min, channel_max;
  std::vector<double> channel_sum;  // of each sample's mean
  bool operator==(const TensorDetails&) const = default;
};

/// Streaming statistics by tensor name (see `tensor_names`); no activation is kept.
struct Stats {
  StatsOptions options = {};
  uint64_t samples = 0;
  std::map<std::string, TensorStats> tensors;
  std::map<std::string, TensorDetails> details;  // may be absent
};

/// Throws invalid-input for details whose channels disagree in number, or in which a number is not finite.
void require_sound_details(const Stats& stats);

/// Range of `values`. Throws invalid-input, naming `where`, if one is NaN or infinite. That of no values is 0.
Range min_max(std::span<const float> values, std::string_view where);

/// The range and mean of each channel of `values`, which lie row by row with `channels` values a row.
struct ChannelRanges {
  std::vector<float> min, max;
  std::vector<double> mean;
};
/// Throws as `min_max` does. `values` must be whole rows, at least one.
ChannelRanges channel_ranges(std::span<const float> values, size_t channels, std::string_view where);

/// The multiple of 2^-24 that is nearest to `value`. Sums of such numbers are exact below 2^29, so that they do not
/// depend on their order, and statistics that were merged equal those of one pass.
double on_grid(double value);

/// The smallest range that holds both.
Range merge(const Range& a, const Range& b);

}  // namespace webquant
