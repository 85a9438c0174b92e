// Operators that take parts of their input.
#include <algorithm>

#include "oracle/kernels.h"
#include "support/positions.h"

namespace webquant::test {
namespace {

std::vector<Array> parts(const Array& x, int axis, const std::vector<int>& sizes) {
  std::vector<Array> out;
  int begin = 0;
  for (const int size : sizes) {
    Shape shape = x.shape;
    shape[axis] = size;
    out.push_back(from_positions(shape, [&](Position position) {
      position[axis] += begin;
      return at(x, position);
    }));
    begin += size;
  }
  return out;
}

}  // namespace

Outputs oracle_SLICE(const Node& node) {
  const Array& x = node.input(0);
  const auto begins = ints(node.input(1));
  Shape shape = ints(node.input(2));
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == -1) shape[i] = x.shape[i] - begins[i];
  }
  return from_positions(shape, [&](Position position) {
    for (size_t i = 0; i < position.size(); ++i) position[i] += begins[i];
    return at(x, position);
  });
}

// As Python does it: walk along each axis from begin while before end, and collect what is there.
Outputs oracle_STRIDED_SLICE(const Node& node) {
  const auto& o = *node.op.builtin_options.AsStridedSliceOptions();
  const Array& x = node.input(0);
  const auto begins = ints(node.input(1)), ends = ints(node.input(2)), strides = ints(node.input(3));
  const int entries = static_cast<int>(begins.size());
  int consumed = 0;
  for (int i = 0; i < entries; ++i) consumed += !((o.ellipsis_mask | o.new_axis_mask) >> i & 1);
  std::vector<std::vector<int>> taken;  // by axis of the input
  Shape shape;
  const auto take_all = [&] {
    const int size = x.shape[taken.size()];
    auto& axis = taken.emplace_back();
    for (int i = 0; i < size; ++i) axis.push_back(i);
    shape.push_back(size);
  };
  for (int i = 0; i < entries; ++i) {
    if (o.ellipsis_mask >> i & 1) {
      for (int k = static_cast<int>(x.shape.size()) - consumed; k > 0; --k) take_all();
      continue;
    }
    if (o.new_axis_mask >> i & 1) {
      shape.push_back(1);
      continue;
    }
    const int size = x.shape[taken.size()], stride = strides[i];
    const auto wrap = [&](int index) { return index < 0 ? index + size : index; };
    int begin = o.begin_mask >> i & 1 ? (stride > 0 ? 0 : size - 1) : wrap(begins[i]);
    auto& axis = taken.emplace_back();
    if (o.shrink_axis_mask >> i & 1) {
      axis.push_back(begin);
      continue;
    }
    begin = stride > 0 ? std::max(begin, 0) : std::min(begin, size - 1);
    int end = wrap(ends[i] + (o.offset ? begin : 0));
    if (o.end_mask >> i & 1) end = stride > 0 ? size : -1;
    for (int64_t k = begin; stride > 0 ? k < std::min(end, size) : k > std::max(end, -1); k += stride)
      axis.push_back(static_cast<int>(k));
    shape.push_back(static_cast<int>(axis.size()));
  }
  while (taken.size() < x.shape.size()) take_all();
  Shape sizes;
  for (const auto& axis : taken) sizes.push_back(static_cast<int>(axis.size()));
  Array out = from_positions(sizes, [&](Position position) {
    for (size_t i = 0; i < position.size(); ++i) position[i] = taken[i][position[i]];
    return at(x, position);
  });
  out.shape = shape;
  return out;
}

Outputs oracle_SPLIT(const Node& node) {
  const Array& x = node.input(1);
  const int axis = from_front(ints(node.input(0))[0], x.shape.size());
  const int count = static_cast<int>(node.op.outputs.size());
  return parts(x, axis, std::vector<int>(count, x.shape[axis] / count));
}

Outputs oracle_SPLIT_V(const Node& node) {
  const Array& x = node.input(0);
  const int axis = from_front(ints(node.input(2))[0], x.shape.size());
  auto sizes = ints(node.input(1));
  int rest = x.shape[axis];
  for (const int size : sizes) rest -= std::max(size, 0);
  std::ranges::replace(sizes, -1, rest);
  return parts(x, axis, sizes);
}

Outputs oracle_UNPACK(const Node& node) {
  const Array& x = node.input(0);
  const int axis = from_front(node.op.builtin_options.AsUnpackOptions()->axis, x.shape.size());
  auto out = parts(x, axis, std::vector<int>(x.shape[axis], 1));
  for (Array& part : out) part.shape.erase(part.shape.begin() + axis);
  return out;
}

}  // namespace webquant::test
