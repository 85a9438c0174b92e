// What a comparison found for one sample alone: for those who look for the samples that a candidate is worst at.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace webquant {

/// Error of one output; what each figure means is told in metrics.h. `range`: the reference's largest value minus its
/// smallest, in the output's units, for those who want to see the errors beside it; 0 for an output without elements.
struct SampleErrors {
  double max_abs, mean_abs, mse, cosine, sqnr_db, range;
};

struct SampleMetrics {
  std::vector<SampleErrors> outputs;  // in the reference's order
  /// |p_candidate - p_reference| of the reference's top class in percentage points, as a mean over the rows of the
  /// first output. Absent where that is no probability distribution.
  std::optional<double> shift_percent;
  /// The top classes of the first output. Absent where that is not one score vector of at least two classes.
  std::optional<size_t> reference_class, candidate_class;
};

SampleErrors sample_errors(std::span<const float> reference, std::span<const float> candidate);

/// Sets what the first output tells of classes. `classes`: how many scores make a row, see `class_count`.
void set_classes(SampleMetrics& metrics, std::span<const float> reference, std::span<const float> candidate,
                 size_t classes);

}  // namespace webquant
