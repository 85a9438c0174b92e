// Arrays seen by the position of their elements along each dimension.
#pragma once

#include "oracle/oracle.h"

namespace webquant::test {

using Position = std::vector<int>;

inline Position position_of(size_t index, const Shape& shape) {
  Position position(shape.size());
  for (size_t i = shape.size(); i-- > 0; index /= static_cast<size_t>(shape[i]))
    position[i] = static_cast<int>(index % static_cast<size_t>(shape[i]));
  return position;
}

inline double at(const Array& x, const Position& position) {
  size_t index = 0;
  for (size_t i = 0; i < x.shape.size(); ++i)
    index = index * static_cast<size_t>(x.shape[i]) + static_cast<size_t>(position[i]);
  return x.values.at(index);
}

/// The array whose element at each position is value_at(position).
inline Array from_positions(Shape shape, auto&& value_at) {
  Array out{std::move(shape), {}};
  const size_t count = count_of(out.shape);
  for (size_t i = 0; i < count; ++i) out.values.push_back(value_at(position_of(i, out.shape)));
  return out;
}

/// The values of an array of integers.
inline std::vector<int> ints(const Array& x) { return {x.values.begin(), x.values.end()}; }

/// `axis` counted from the front.
inline int from_front(int axis, size_t rank) { return axis < 0 ? axis + static_cast<int>(rank) : axis; }

}  // namespace webquant::test
