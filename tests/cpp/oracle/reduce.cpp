// Reductions.
#include <algorithm>
#include <functional>
#include <limits>
#include <set>

#include "oracle/kernels.h"

namespace webquant::test {
namespace {

Array reduce(const Node& node, double initial, auto&& join) {
  const Array& x = node.input(0);
  const int rank = static_cast<int>(x.shape.size());
  std::set<int> axes;
  for (const double axis : node.input(1).values) axes.insert(static_cast<int>(axis < 0 ? axis + rank : axis));
  Shape reduced = x.shape;  // with the reduced dimensions as 1
  Array out;
  for (int i = 0; i < rank; ++i) {
    if (axes.contains(i)) reduced[i] = 1;
    if (node.op.builtin_options.AsReducerOptions()->keep_dims || !axes.contains(i)) out.shape.push_back(reduced[i]);
  }
  out.values.assign(count_of(out.shape), initial);
  for (size_t i = 0; i < x.values.size(); ++i) {
    double& value = out.values[broadcast_index(position_of(i, x.shape), reduced)];
    value = join(value, x.values[i]);
  }
  return out;
}

}  // namespace

Outputs oracle_MEAN(const Node& node) {
  const Array& x = node.input(0);
  const int rank = static_cast<int>(x.shape.size());
  std::set<int> axes;
  for (const double axis : node.input(1).values) axes.insert(static_cast<int>(axis < 0 ? axis + rank : axis));
  const bool keep = node.op.builtin_options.AsReducerOptions()->keep_dims;
  Shape reduced = x.shape;  // with the reduced dimensions as 1
  Array out;
  size_t window = 1;
  for (int i = 0; i < rank; ++i) {
    if (axes.contains(i)) window *= x.shape[i], reduced[i] = 1;
    if (keep || !axes.contains(i)) out.shape.push_back(reduced[i]);
  }
  out.values.resize(count_of(out.shape));
  for (size_t i = 0; i < x.values.size(); ++i) {
    out.values[broadcast_index(position_of(i, x.shape), reduced)] += x.values[i] / static_cast<double>(window);
  }
  return out;
}

Outputs oracle_SUM(const Node& node) { return reduce(node, 0, std::plus()); }

Outputs oracle_REDUCE_MAX(const Node& node) {
  return reduce(node, -std::numeric_limits<double>::infinity(), [](double a, double b) { return std::max(a, b); });
}

Outputs oracle_REDUCE_MIN(const Node& node) {
  return reduce(node, std::numeric_limits<double>::infinity(), [](double a, double b) { return std::min(a, b); });
}

}  // namespace webquant::test
