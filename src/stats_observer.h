// Statistics as samples stream by.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "stats.h"

namespace webquant {

/// A float activation of one sample.
struct Observed {
  std::string name;   // in the statistics
  std::string label;  // for errors
  std::span<const float> values;
  size_t channels = 0;  // of the last dimension; 0: no statistics by channel
};

/// Takes samples into statistics. Keeps sums, no values.
class Observer {
 public:
  explicit Observer(const StatsOptions& options) { stats_.options = options; }

  /// All activations of one sample, the same ones each time.
  /// Throws invalid-input when a value is NaN or infinite; the statistics are then unchanged.
  void add(std::span<const Observed> activations);

  const Stats& stats() const { return stats_; }

 private:
  struct Seen {
    Range range;
    ChannelRanges channels;
  };
  void add(const Observed& activation, const Seen& seen);

  Stats stats_;
  // Moving average: sums that start at 0, and would be too small at first (see add).
  std::map<std::string, std::pair<double, double>> averages_;
};

}  // namespace webquant
