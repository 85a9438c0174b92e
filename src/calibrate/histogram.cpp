#include "calibrate/histogram.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace webquant {
namespace {

// Indices stay below 2^22, where every float product with a power of two has its exact floor.
constexpr double kMaxIndex = 1 << 22;
// 2^-exponent must be a normal float, too.
constexpr int kMinExponent = -126;

int64_t bin_of(float value, int exponent) { return static_cast<int64_t>(std::floor(std::ldexp(value, -exponent))); }

// Joins groups of 2^steps bins.
void widen(Histogram& histogram, int steps) {
  const auto joined = [&](int64_t bin) { return steps > 62 ? (bin < 0 ? -1 : 0) : bin >> steps; };
  const int64_t first = joined(histogram.first);
  std::vector<uint64_t> counts;
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    const auto place = static_cast<size_t>(joined(histogram.first + static_cast<int64_t>(i)) - first);
    if (place >= counts.size()) counts.resize(place + 1);
    counts[place] += histogram.counts[i];
  }
  histogram.counts = std::move(counts);
  histogram.first = first;
  histogram.exponent += steps;
}

}  // namespace

int histogram_exponent(Range range, int bins) {
  const double largest = std::max(std::abs(double{range.min}), std::abs(double{range.max}));
  const double width = double{range.max} - range.min;
  // From an exponent that is too small upwards.
  int exponent = std::max(kMinExponent, static_cast<int>(std::ilogb(std::max(largest / kMaxIndex, 0x1p-126))) - 1);
  if (width > 0) exponent = std::max(exponent, std::ilogb(width / bins) - 1);
  const auto fits = [&](int e) {
    return std::ldexp(largest, -e) < kMaxIndex && bin_of(range.max, e) - bin_of(range.min, e) < bins;
  };
  while (!fits(exponent)) ++exponent;
  return exponent;
}

void fit(Histogram& histogram, Range range, int bins) {
  const int exponent = histogram_exponent(range, bins);
  if (histogram.counts.empty()) {
    histogram.exponent = exponent;
    histogram.first = bin_of(range.min, exponent);
  } else if (exponent > histogram.exponent) {
    widen(histogram, exponent - histogram.exponent);
  }
  const int64_t low = bin_of(range.min, exponent), high = bin_of(range.max, exponent);
  if (low < histogram.first) {
    histogram.counts.insert(histogram.counts.begin(), static_cast<size_t>(histogram.first - low), 0);
    histogram.first = low;
  }
  const auto size = static_cast<size_t>(high - histogram.first + 1);
  if (size > histogram.counts.size()) histogram.counts.resize(size);
}

void count(Histogram& histogram, std::span<const float> values) {
  // First the places of a block, which vectorizes, then the counts. Neighbouring values count in tables of their own:
  // activations are full of equal values, and an increment would have to wait for the one before it.
  constexpr size_t kBlock = 256, kTables = 4;
  const size_t bins = histogram.counts.size();
  std::vector<uint32_t> tables(bins * kTables);
  std::array<int32_t, kBlock> places;
  const float factor = std::ldexp(1.0f, -histogram.exponent);
  const auto first = static_cast<int32_t>(histogram.first);
  for (size_t start = 0; start < values.size(); start += kBlock) {
    const auto block = values.subspan(start, std::min(kBlock, values.size() - start));
    for (size_t i = 0; i < block.size(); ++i) {
      places[i] = (static_cast<int32_t>(std::floor(block[i] * factor)) - first) * static_cast<int32_t>(kTables);
    }
    size_t i = 0;
    for (; i + kTables <= block.size(); i += kTables) {
      for (size_t table = 0; table < kTables; ++table) ++tables[static_cast<size_t>(places[i + table]) + table];
    }
    for (; i < block.size(); ++i) ++tables[static_cast<size_t>(places[i])];
  }
  for (size_t bin = 0; bin < bins; ++bin) {
    for (size_t table = 0; table < kTables; ++table) histogram.counts[bin] += tables[bin * kTables + table];
  }
}

}  // namespace webquant
