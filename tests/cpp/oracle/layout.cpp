// Operators that move values: each element of an output is looked up by its position.
#include <algorithm>

#include "oracle/kernels.h"
#include "support/positions.h"

namespace webquant::test {
namespace {

Shape padded(const Node& node) {
  Shape shape = node.input(0).shape;
  const auto paddings = ints(node.input(1));
  for (size_t i = 0; i < shape.size(); ++i) shape[i] += paddings[2 * i] + paddings[2 * i + 1];
  return shape;
}

}  // namespace

Outputs oracle_RESHAPE(const Node& node) {
  Array out = node.input(0);
  if (node.has(1)) {
    out.shape.assign(node.input(1).values.begin(), node.input(1).values.end());
  } else {
    out.shape = node.op.builtin_options.AsReshapeOptions()->new_shape;
  }
  const auto unknown = std::find(out.shape.begin(), out.shape.end(), -1);
  if (unknown != out.shape.end()) {
    *unknown = 1;
    *unknown = static_cast<int32_t>(out.values.size() / count_of(out.shape));
  }
  return out;
}

Outputs oracle_SQUEEZE(const Node& node) {
  Array out = node.input(0);
  const int rank = static_cast<int>(out.shape.size());
  std::set<int> dims;
  for (const int dim : node.op.builtin_options.AsSqueezeOptions()->squeeze_dims)
    dims.insert(dim < 0 ? dim + rank : dim);
  Shape shape;
  for (int i = 0; i < rank; ++i) {
    if (dims.empty() ? out.shape[i] != 1 : !dims.contains(i)) shape.push_back(out.shape[i]);
  }
  out.shape = shape;
  return out;
}

Outputs oracle_EXPAND_DIMS(const Node& node) {
  Array out = node.input(0);
  out.shape.insert(out.shape.begin() + from_front(ints(node.input(1))[0], out.shape.size() + 1), 1);
  return out;
}

Outputs oracle_TRANSPOSE(const Node& node) {
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

Outputs oracle_PACK(const Node& node) {
  Shape shape = node.input(0).shape;
  const int axis = from_front(node.op.builtin_options.AsPackOptions()->axis, shape.size() + 1);
  shape.insert(shape.begin() + axis, static_cast<int>(node.inputs.size()));
  return from_positions(shape, [&](Position position) {
    const Array& from = node.input(position[axis]);
    position.erase(position.begin() + axis);
    return at(from, position);
  });
}

Outputs oracle_CONCATENATION(const Node& node) {
  const auto& options = *node.op.builtin_options.AsConcatenationOptions();
  Array out = {node.input(0).shape, {}};
  const size_t axis = options.axis < 0 ? out.shape.size() + options.axis : options.axis;
  out.shape[axis] = 0;
  for (const Array* input : node.inputs) out.shape[axis] += input->shape[axis];
  out.values.resize(count_of(out.shape));
  const auto strides = strides_of(out.shape);
  int offset = 0;
  for (const Array* input : node.inputs) {
    for (size_t i = 0; i < input->values.size(); ++i) {
      auto position = position_of(i, input->shape);
      position[axis] += offset;
      size_t to = 0;
      for (size_t d = 0; d < position.size(); ++d) to += strides[d] * position[d];
      out.values[to] = activate(input->values[i], options.fused_activation_function);
    }
    offset += input->shape[axis];
  }
  return out;
}

Outputs oracle_PAD(const Node& node) {
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

Outputs oracle_PADV2(const Node& node) { return oracle_PAD(node); }

Outputs oracle_MIRROR_PAD(const Node& node) {
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

Outputs oracle_TILE(const Node& node) {
  const Array& x = node.input(0);
  Shape shape = x.shape;
  for (size_t i = 0; i < shape.size(); ++i) shape[i] *= ints(node.input(1))[i];
  return from_positions(shape, [&](Position position) {
    for (size_t i = 0; i < position.size(); ++i) position[i] %= x.shape[i];
    return at(x, position);
  });
}

Outputs oracle_BROADCAST_TO(const Node& node) {
  const Array& x = node.input(0);
  const Shape shape = ints(node.input(1));
  return from_positions(shape, [&](Position position) {
    position.erase(position.begin(), position.end() - std::ssize(x.shape));
    for (size_t i = 0; i < position.size(); ++i) position[i] %= x.shape[i];
    return at(x, position);
  });
}

Outputs oracle_REVERSE_V2(const Node& node) {
  const Array& x = node.input(0);
  return from_positions(x.shape, [&](Position position) {
    for (int axis : ints(node.input(1))) {
      axis = from_front(axis, x.shape.size());
      position[axis] = x.shape[axis] - 1 - position[axis];
    }
    return at(x, position);
  });
}

Outputs oracle_DEPTH_TO_SPACE(const Node& node) {
  const Array& x = node.input(0);
  const int block = node.op.builtin_options.AsDepthToSpaceOptions()->block_size;
  const Shape& s = x.shape;
  const int depth = s[3] / block / block;
  return from_positions({s[0], s[1] * block, s[2] * block, depth}, [&](const Position& p) {
    return at(x, {p[0], p[1] / block, p[2] / block, (p[1] % block * block + p[2] % block) * depth + p[3]});
  });
}

Outputs oracle_SPACE_TO_DEPTH(const Node& node) {
  const Array& x = node.input(0);
  const int block = node.op.builtin_options.AsSpaceToDepthOptions()->block_size;
  const Shape& s = x.shape;
  return from_positions({s[0], s[1] / block, s[2] / block, s[3] * block * block}, [&](const Position& p) {
    const int place = p[3] / s[3];
    return at(x, {p[0], p[1] * block + place / block, p[2] * block + place % block, p[3] % s[3]});
  });
}

}  // namespace webquant::test
