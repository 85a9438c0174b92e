// Operators on rows of channels.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "oracle/kernels.h"

namespace webquant::test {
namespace {

using Activation = tflite::ActivationFunctionType;

// transform(first, end) changes a row of channels.
Array rows(const Node& node, auto&& transform) {
  Array out = node.input(0);
  const auto depth = out.shape.back();
  for (auto row = out.values.begin(); row != out.values.end(); row += depth) transform(row, row + depth);
  return out;
}

}  // namespace

// Along the last dimension.
Outputs oracle_SOFTMAX(const Node& node) {
  const double beta = node.op.builtin_options.AsSoftmaxOptions()->beta;
  Array out = node.input(0);
  const size_t depth = out.shape.back();
  for (auto row = out.values.begin(); row != out.values.end(); row += depth) {
    const double max = *std::max_element(row, row + depth);
    double sum = 0;
    for (auto value = row; value != row + depth; ++value) sum += * value = std::exp(beta * (*value - max));
    for (auto value = row; value != row + depth; ++value) *value /= sum;
  }
  return out;
}

Outputs oracle_LOG_SOFTMAX(const Node& node) {
  return rows(node, [](auto first, auto end) {
    const double max = *std::max_element(first, end);
    const double total =
        std::accumulate(first, end, 0.0, [&](double so_far, double x) { return so_far + std::exp(x - max); });
    for (auto x = first; x != end; ++x) *x -= max + std::log(total);
  });
}

Outputs oracle_L2_NORMALIZATION(const Node& node) {
  const Activation activation = node.op.builtin_options.AsL2NormOptions()->fused_activation_function;
  return rows(node, [&](auto first, auto end) {
    const double length = std::max(std::sqrt(std::inner_product(first, end, first, 0.0)), 1e-6);
    for (auto x = first; x != end; ++x) *x = activate(*x / length, activation);
  });
}

Outputs oracle_LOCAL_RESPONSE_NORMALIZATION(const Node& node) {
  const auto& o = *node.op.builtin_options.AsLocalResponseNormalizationOptions();
  return rows(node, [&](auto first, auto end) {
    const std::vector<double> x(first, end);
    const int depth = static_cast<int>(x.size());
    for (int i = 0; i < depth; ++i) {
      double squares = 0;
      for (int j = i - o.radius; j <= i + o.radius; ++j) squares += j >= 0 && j < depth ? x[j] * x[j] : 0;
      first[i] = x[i] / std::pow(o.bias + o.alpha * squares, o.beta);
    }
  });
}

}  // namespace webquant::test
