#include "compare/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace webquant {
namespace {

bool in_unit_range(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return value >= -0.001f && value <= 1.001f; });
}

}  // namespace

void ErrorSums::add(std::span<const float> reference, std::span<const float> candidate) {
  for (size_t i = 0; i < reference.size(); ++i) {
    const double r = reference[i], c = candidate[i], difference = std::abs(c - r);
    abs_ += difference;
    max_abs_ = std::max(max_abs_, difference);
    error_ += difference * difference;
    reference_ += r * r;
    candidate_ += c * c;
    product_ += r * c;
  }
  count_ += reference.size();
}

double ErrorSums::cosine() const {
  if (reference_ == 0 && candidate_ == 0) return 1;
  if (reference_ == 0 || candidate_ == 0) return 0;
  // Rounding alone may lead out of the interval.
  return std::clamp(product_ / (std::sqrt(reference_) * std::sqrt(candidate_)), -1.0, 1.0);
}

double ErrorSums::sqnr_db() const {
  if (error_ == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(reference_ / error_);
}

void ClassSums::add(std::span<const float> reference, std::span<const float> candidate) {
  if (classes_ == 0) return;
  for (size_t start = 0; start + classes_ <= reference.size(); start += classes_) {
    const auto expected = reference.subspan(start, classes_), actual = candidate.subspan(start, classes_);
    const size_t top = top_class(expected), candidate_top = top_class(actual);
    const auto above = std::ranges::count_if(expected, [&](float score) { return score > expected[candidate_top]; });
    top1_ += top == candidate_top;
    top5_ += above < 5;
    const double sum = std::accumulate(expected.begin(), expected.end(), 0.0);
    probabilities_ &= classes_ > 1 && std::abs(sum - 1) <= 0.01 && in_unit_range(expected) && in_unit_range(actual);
    const double shift = std::abs(double{actual[top]} - expected[top]);
    shift_ += shift;
    max_shift_ = std::max(max_shift_, shift);
    ++rows_;
  }
}

size_t top_class(std::span<const float> scores) {
  return static_cast<size_t>(std::ranges::max_element(scores) - scores.begin());
}

size_t class_count(const Shape& shape) {
  size_t largest = 1;
  int above_one = 0;
  for (const int32_t dim : shape) {
    above_one += dim > 1;
    largest = std::max(largest, static_cast<size_t>(dim));
  }
  return above_one <= 1 ? largest : static_cast<size_t>(shape.back());
}

}  // namespace webquant
