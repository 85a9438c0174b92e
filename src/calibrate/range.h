// The range that calibration gives an activation.
#pragma once

#include "calibrate/stats.h"

namespace webquant {

/// The range to quantize for, by the method of `options`; what was seen, where there is no histogram.
///
/// percentile: leaves out an equal share of the values at either end, or of the largest magnitudes where symmetric.
/// mse, auto: the range whose int8 values have the least mean squared error.
/// entropy: the range whose int8 values' distribution has the least Kullback-Leibler divergence from the values', after
/// Migacz, "8-bit Inference with TensorRT" (GTC 2017), but with a range of two ends.
/// `symmetric` says how the range will be used, see `activation_params`. The result lies within what was seen, a bin
/// more or less, and holds 0 if that does.
Range calibrated_range(const TensorStats& tensor, const StatsOptions& options, bool symmetric);

/// Statistics whose ranges are the chosen ones, without the histograms that they were chosen from. Ranges that are no
/// ranges (not finite, or with their ends the wrong way round) stay as they are.
Stats with_chosen_ranges(const Stats& stats, bool symmetric);

/// The chosen range of every tensor, by name.
std::map<std::string, Range> calibrated_ranges(const Stats& stats, bool symmetric);

}  // namespace webquant
