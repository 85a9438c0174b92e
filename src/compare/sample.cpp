#include "compare/sample.h"

#include <algorithm>

#include "compare/metrics.h"

namespace webquant {

SampleErrors sample_errors(std::span<const float> reference, std::span<const float> candidate) {
  ErrorSums sums;
  sums.add(reference, candidate);
  const auto [low, high] = std::ranges::minmax_element(reference);
  return {.max_abs = sums.max_abs(),
          .mean_abs = sums.mean_abs(),
          .mse = sums.mse(),
          .cosine = sums.cosine(),
          .sqnr_db = sums.sqnr_db(),
          .range = reference.empty() ? 0 : double{*high} - *low};
}

void set_classes(SampleMetrics& metrics, std::span<const float> reference, std::span<const float> candidate,
                 size_t classes) {
  ClassSums sums(classes);
  sums.add(reference, candidate);
  if (sums.are_probabilities()) metrics.shift_percent = sums.mean_shift_percent();
  if (classes < 2 || reference.size() != classes) return;
  metrics.reference_class = top_class(reference);
  metrics.candidate_class = top_class(candidate);
}

}  // namespace webquant
