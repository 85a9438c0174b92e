// Counts of values in bins whose width is a power of two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace webquant {

struct Range {
  float min = 0;
  float max = 0;
  bool operator==(const Range&) const = default;
};

/// counts[i] values lie in [(first + i) * 2^exponent, (first + i + 1) * 2^exponent).
/// Bins are aligned at 0, so two neighbours make exactly one of twice the width, and no count is lost or moved when
/// bins are joined. The width follows from the range of all values alone (`histogram_exponent`): histograms that were
/// merged in any order equal one of all the values.
struct Histogram {
  int exponent = 0;
  int64_t first = 0;
  std::vector<uint64_t> counts;
  bool operator==(const Histogram&) const = default;
};

/// The smallest exponent with which at most `bins` bins hold the range, and bins are not finer than float's precision.
int histogram_exponent(Range range, int bins);

/// Widens the bins, and adds empty ones, so that the histogram has those of `range`. The range must hold all values
/// that were counted.
void fit(Histogram& histogram, Range range, int bins);

/// Counts `values`, all of which the histogram must hold.
void count(Histogram& histogram, std::span<const float> values);

}  // namespace webquant
