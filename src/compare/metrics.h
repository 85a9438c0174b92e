// Sums from which the errors between two streams of values are computed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/tensor.h"

namespace webquant {

/// Streams of real values, compared element by element. Without any element, or where both are zero, they count as
/// equal. A NaN in either makes all figures NaN.
class ErrorSums {
 public:
  /// Both of the same length.
  void add(std::span<const float> reference, std::span<const float> candidate);

  double max_abs() const { return error_ == error_ ? max_abs_ : error_; }  // a maximum alone would lose NaN
  double mean_abs() const { return count_ == 0 ? 0 : abs_ / static_cast<double>(count_); }
  double mse() const { return count_ == 0 ? 0 : error_ / static_cast<double>(count_); }

  /// Of the angle between the two streams seen as vectors, -1..1.
  double cosine() const;

  /// 10 log10(signal power / error power) in dB; infinite when there is no error, -infinite when there is nothing but
  /// error.
  double sqnr_db() const;

 private:
  uint64_t count_ = 0;
  double abs_ = 0, max_abs_ = 0, error_ = 0, reference_ = 0, candidate_ = 0, product_ = 0;
};

/// Streams of score vectors ("rows"), compared as a classifier's user sees them.
class ClassSums {
 public:
  explicit ClassSums(size_t classes) : classes_(classes) {}
  size_t classes() const { return classes_; }

  /// Both with the same whole number of rows.
  void add(std::span<const float> reference, std::span<const float> candidate);

  /// Share of rows in which the candidate's top class is the reference's, or is one of the reference's top five. Of
  /// classes with equal scores the first is the top one; all of them are in the top five when the first is.
  double top1_agreement() const { return share(top1_); }
  double top5_agreement() const { return share(top5_); }

  /// Whether all rows were probability distributions: at least two classes, values within 0.001 of [0, 1], and in the
  /// reference a sum within 0.01 of 1. The candidate's sum is not judged: INT8 softmax adds up to 1 only roughly.
  bool are_probabilities() const { return probabilities_ && rows_ > 0; }

  /// |p_candidate - p_reference| of the reference's top class in percentage points, over all rows.
  double mean_shift_percent() const { return 100 * share(shift_); }
  double max_shift_percent() const { return 100 * max_shift_; }

 private:
  double share(double sum) const { return rows_ == 0 ? 0 : sum / static_cast<double>(rows_); }

  size_t classes_;
  uint64_t rows_ = 0;
  double top1_ = 0, top5_ = 0, shift_ = 0, max_shift_ = 0;
  bool probabilities_ = true;
};

/// Index of the largest score; of equal ones the first.
size_t top_class(std::span<const float> scores);

/// How many scores make one row of an output: the only dimension above 1, whichever it is, otherwise the last one.
size_t class_count(const Shape& shape);

}  // namespace webquant
