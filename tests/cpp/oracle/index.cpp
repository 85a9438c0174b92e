// Operators that look up elements or tell where they are.
#include "oracle/kernels.h"
#include "support/positions.h"

namespace webquant::test {
namespace {

template <bool kLargest>
Array arg(const Node& node) {
  const Array& x = node.input(0);
  const int axis = from_front(ints(node.input(1))[0], x.shape.size());
  Shape reduced = x.shape;
  reduced.erase(reduced.begin() + axis);
  return from_positions(reduced, [&](Position position) {
    position.insert(position.begin() + axis, 0);
    int best = 0;
    double best_value = at(x, position);
    for (int i = 1; i < x.shape[axis]; ++i) {
      position[axis] = i;
      const double value = at(x, position);
      if (kLargest ? value > best_value : value < best_value) best = i, best_value = value;
    }
    return static_cast<double>(best);
  });
}

}  // namespace

Outputs oracle_GATHER(const Node& node) {
  const auto& o = *node.op.builtin_options.AsGatherOptions();
  const Array &x = node.input(0), &indices = node.input(1);
  const int axis = from_front(o.axis, x.shape.size()), batch = from_front(o.batch_dims, indices.shape.size());
  Shape shape(x.shape.begin(), x.shape.begin() + axis);
  shape.insert(shape.end(), indices.shape.begin() + batch, indices.shape.end());
  shape.insert(shape.end(), x.shape.begin() + axis + 1, x.shape.end());
  const auto middle = std::ssize(indices.shape) - batch;
  return from_positions(shape, [&](const Position& position) {
    const auto at_axis = position.begin() + axis;
    Position where(position.begin(), position.begin() + batch);
    where.insert(where.end(), at_axis, at_axis + middle);
    Position from(position.begin(), at_axis);
    from.push_back(static_cast<int>(at(indices, where)));
    from.insert(from.end(), at_axis + middle, position.end());
    return at(x, from);
  });
}

Outputs oracle_SHAPE(const Node& node) {
  const Shape& x = node.input(0).shape;
  return Array{{static_cast<int>(x.size())}, {x.begin(), x.end()}};
}

Outputs oracle_ARG_MAX(const Node& node) { return arg<true>(node); }
Outputs oracle_ARG_MIN(const Node& node) { return arg<false>(node); }

}  // namespace webquant::test
