// Statistics as samples stream by.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "calibrate/stats.h"

namespace webquant {

/// A float activation of one sample.
struct Observed {
  std::string name;   // in the statistics
  std::string label;  // for errors
  std::span<const float> values;
  size_t channels = 0;  // of the last dimension; 0: no statistics by channel
  int op = -1;          // index of the operator that makes it; -1: none
};

/// Takes samples into statistics. Keeps sums, no values.
class Observer {
 public:
  explicit Observer(const StatsOptions& options) { stats_.options = options; }

  /// A sample's activations, the same ones for each sample, are looked at one by one, as soon as they are there and
  /// still in the processor's caches; take() then adds them to the statistics, which are unchanged until then.
  /// `activation` must last until take(). Throws invalid-input when a value is NaN or infinite.
  void look(const Observed& activation);
  void take();
  /// Forgets what was looked at and not taken.
  void forget() { seen_.clear(); }

  /// All activations of one sample. Throws as look() does; the statistics are then unchanged.
  void add(std::span<const Observed> activations);

  const Stats& stats() const { return stats_; }

 private:
  struct Seen {
    const Observed* activation;
    Range range, all;  // of this sample, and of all so far
    ChannelRanges channels;
    Histogram histogram;  // of this sample
  };
  void take(const Seen& seen);

  Stats stats_;
  std::vector<Seen> seen_;
  // Moving average: sums that start at 0, and would be too small at first (see take).
  std::map<std::string, std::pair<double, double>> averages_;
};

}  // namespace webquant
