// Operators that move values: each element of an output is looked up by its position.
#include <algorithm>
#include <cmath>

#include "oracle/kernels.h"
#include "support/positions.h"

namespace webquant::test {
namespace {

Array expand_dims(const Node& node) {
  Array out = node.input(0);
  out.shape.insert(out.shape.begin() + from_front(ints(node.input(1))[0], out.shape.size() + 1), 1);
  return out;
}

Array transpose(const Node& node) {
  const Array& x = node.input(0);
  const size_t rank = x.shape.size();
  Shape shape;
  for (const int axis : ints(node.input(1))) shape.push_back(x.shape[from_front(axis, rank)]);
  return from_positions(shape, [&](const Position& to) {
    Position from(rank);
    for (size_t i = 0; i < rank; ++i) from[from_front(ints(node.input(1))[i], rank)] = to[i];
    return at(x, from);
  });
}

Array pack(const Node& node) {
  Shape shape = node.input(0).shape;
  const int axis = from_front(node.op.builtin_options.AsPackOptions()->axis, shape.size() + 1);
  shape.insert(shape.begin() + axis, static_cast<int>(node.inputs.size()));
  return from_positions(shape, [&](Position position) {
    const Array& from = node.input(position[axis]);
    position.erase(position.begin() + axis);
    return at(from, position);
  });
}

Shape padded(const Node& node) {
  Shape shape = node.input(0).shape;
  const auto paddings = ints(node.input(1));
  for (size_t i = 0; i < shape.size(); ++i) shape[i] += paddings[2 * i] + paddings[2 * i + 1];
  return shape;
}

Array pad(const Node& node) {
  const Array& x = node.input(0);
  const double value = node.inputs.size() > 2 ? node.input(2).values[0] : 0;
  const auto paddings = ints(node.input(1));
  return from_positions(padded(node), [&](Position position) {
    for (size_t i = 0; i < position.size(); ++i) {
      position[i] -= paddings[2 * i];
      if (position[i] < 0 || position[i] >= x.shape[i]) return value;
    }
    return at(x, position);
  });
}

Array mirror_pad(const Node& node) {
  const Array& x = node.input(0);
  const bool reflect = node.op.builtin_options.AsMirrorPadOptions()->mode == tflite::MirrorPadMode::REFLECT;
  const auto paddings = ints(node.input(1));
  return from_positions(padded(node), [&](Position position) {
    for (size_t i = 0; i < position.size(); ++i) {
      int& p = position[i];
      p -= paddings[2 * i];
      if (p < 0) p = reflect ? -p : -p - 1;
      if (p >= x.shape[i]) p = 2 * x.shape[i] - p - (reflect ? 2 : 1);
    }
    return at(x, position);
  });
}

Array tile(const Node& node) {
  const Array& x = node.input(0);
  Shape shape = x.shape;
  for (size_t i = 0; i < shape.size(); ++i) shape[i] *= ints(node.input(1))[i];
  return from_positions(shape, [&](Position position) {
    for (size_t i = 0; i < position.size(); ++i) position[i] %= x.shape[i];
    return at(x, position);
  });
}

Array broadcast_to(const Node& node) {
  const Array& x = node.input(0);
  const Shape shape = ints(node.input(1));
  return from_positions(shape, [&](Position position) {
    position.erase(position.begin(), position.end() - std::ssize(x.shape));
    for (size_t i = 0; i < position.size(); ++i) position[i] %= x.shape[i];
    return at(x, position);
  });
}

Array reverse_v2(const Node& node) {
  const Array& x = node.input(0);
  return from_positions(x.shape, [&](Position position) {
    for (int axis : ints(node.input(1))) {
      axis = from_front(axis, x.shape.size());
      position[axis] = x.shape[axis] - 1 - position[axis];
    }
    return at(x, position);
  });
}

Array gather(const Node& node) {
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

Array depth_to_space(const Node& node) {
  const Array& x = node.input(0);
  const int block = node.op.builtin_options.AsDepthToSpaceOptions()->block_size;
  const Shape& s = x.shape;
  const int depth = s[3] / block / block;
  return from_positions({s[0], s[1] * block, s[2] * block, depth}, [&](const Position& p) {
    return at(x, {p[0], p[1] / block, p[2] / block, (p[1] % block * block + p[2] % block) * depth + p[3]});
  });
}

Array space_to_depth(const Node& node) {
  const Array& x = node.input(0);
  const int block = node.op.builtin_options.AsSpaceToDepthOptions()->block_size;
  const Shape& s = x.shape;
  return from_positions({s[0], s[1] / block, s[2] / block, s[3] * block * block}, [&](const Position& p) {
    const int place = p[3] / s[3];
    return at(x, {p[0], p[1] * block + place / block, p[2] * block + place % block, p[3] % s[3]});
  });
}

// In float, which decides what is the nearest.
int nearest(int i, int from, int to, const tflite::ResizeNearestNeighborOptionsT& o) {
  const bool between_ends = o.align_corners && to > 1;
  const float scale = float(between_ends ? from - 1 : from) / float(between_ends ? to - 1 : to);
  const float centre = o.half_pixel_centers ? float(i) + 0.5f : float(i);
  const int found = static_cast<int>(o.align_corners ? std::round(centre * scale) : std::floor(centre * scale));
  return std::max(std::min(found, from - 1), 0);
}

Array resize_nearest_neighbor(const Node& node) {
  const Array& x = node.input(0);
  const auto& o = *node.op.builtin_options.AsResizeNearestNeighborOptions();
  const auto size = ints(node.input(1));
  const Shape& s = x.shape;
  return from_positions({s[0], size[0], size[1], s[3]}, [&](const Position& p) {
    return at(x, {p[0], nearest(p[1], s[1], size[0], o), nearest(p[2], s[2], size[1], o), p[3]});
  });
}

Array shape(const Node& node) {
  const Shape& x = node.input(0).shape;
  return {{static_cast<int>(x.size())}, {x.begin(), x.end()}};
}

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

// The rows choose values that fit.
Array cast(const Node& node) {
  Array out = node.input(0);
  const DType to = node.op.builtin_options.AsCastOptions()->out_data_type;
  for (double& value : out.values) {
    if (to == DType::BOOL) {
      value = value != 0;
    } else if (to != DType::FLOAT32) {
      value = std::trunc(value);
    }
  }
  return out;
}

}  // namespace

const std::map<OpCode, Kernel>& layout_kernels() {
  using enum tflite::BuiltinOperator;
  static const std::map<OpCode, Kernel> kernels = {
      {EXPAND_DIMS, one(expand_dims)},
      {TRANSPOSE, one(transpose)},
      {SLICE, one(slice)},
      {STRIDED_SLICE, one(strided_slice)},
      {SPLIT, split},
      {SPLIT_V, split_v},
      {UNPACK, unpack},
      {PACK, one(pack)},
      {PAD, one(pad)},
      {PADV2, one(pad)},
      {MIRROR_PAD, one(mirror_pad)},
      {TILE, one(tile)},
      {BROADCAST_TO, one(broadcast_to)},
      {REVERSE_V2, one(reverse_v2)},
      {GATHER, one(gather)},
      {DEPTH_TO_SPACE, one(depth_to_space)},
      {SPACE_TO_DEPTH, one(space_to_depth)},
      {RESIZE_NEAREST_NEIGHBOR, one(resize_nearest_neighbor)},
      {SHAPE, one(shape)},
      {ARG_MAX, one(arg<true>)},
      {ARG_MIN, one(arg<false>)},
      {CAST, one(cast)},
  };
  return kernels;
}

}  // namespace webquant::test
