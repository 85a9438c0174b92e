// Models to be compared, whose differences are known, and the comparison of two of them.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "compare/compare.h"

namespace webquant::test {

using Values = std::vector<float>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// y = x + bias, for x of as many elements as bias. The input is "x".
Model shifted(const Values& bias, const std::string& output = "y");

/// Compares two models of one input on these samples.
Comparison compare(const Model& reference, const Model& candidate, const std::vector<Values>& samples,
                   bool layers = false);

/// A test failure unless `action` ends in an invalid-input error of this place.
void check_refused(const std::string& where, const std::function<void()>& action);

}  // namespace webquant::test
