// Operators that move values without changing them.
#include <algorithm>

#include "ops/slices.h"
#include "run/lower/lower.h"

namespace webquant {
namespace {

// XNNPACK joins up to five tensors at once.
constexpr size_t kMaxJoined = 5;

void define_concatenation(LowerContext& c, int axis, std::span<const uint32_t> in, uint32_t out) {
  const xnn_subgraph_t g = c.graph();
  switch (in.size()) {
    case 1:
      return c.check(xnn_define_copy(g, in[0], out, 0));
    case 2:
      return c.check(xnn_define_concatenate2(g, axis, in[0], in[1], out, 0));
    case 3:
      return c.check(xnn_define_concatenate3(g, axis, in[0], in[1], in[2], out, 0));
    case 4:
      return c.check(xnn_define_concatenate4(g, axis, in[0], in[1], in[2], in[3], out, 0));
    default:
      return c.check(xnn_define_concatenate5(g, axis, in[0], in[1], in[2], in[3], in[4], out, 0));
  }
}

// Joins inputs of these shapes along one axis; those without elements add nothing.
void join(LowerContext& c, size_t axis, const std::vector<Shape>& shapes, uint32_t out) {
  std::vector<uint32_t> pending;
  Shape joined = c.output_shape(0);
  joined[axis] = 0;
  for (size_t i = 0; i < shapes.size(); ++i) {
    if (shapes[i][axis] == 0) continue;
    if (pending.size() == kMaxJoined) {
      const uint32_t part = c.temporary(joined);
      define_concatenation(c, static_cast<int>(axis), pending, part);
      pending = {part};
    }
    c.match_output_scale(i);
    c.reshape_input(i, shapes[i]);
    pending.push_back(c.in(i));
    joined[axis] += shapes[i][axis];
  }
  define_concatenation(c, static_cast<int>(axis), pending, out);
}

void lower_slices(LowerContext& c, size_t slot, const std::vector<Slice>& slices) {
  c.match_output_scale(slot);
  for (size_t i = 0; i < slices.size(); ++i) {
    std::vector<size_t> begins;
    Shape kept;  // with the axes that the output lacks, as XNNPACK slices
    for (const AxisSlice& axis : slices[i].axes) {
      begins.push_back(static_cast<size_t>(axis.begin));
      kept.push_back(axis.size);
    }
    const Shape& shape = slices[i].shape;
    const uint32_t out = kept == shape ? c.out(i) : c.temporary(kept);
    c.check(xnn_define_static_slice(c.graph(), kept.size(), begins.data(), to_sizes(kept).data(), c.in(slot), out, 0));
    if (kept == shape) continue;
    c.check(xnn_define_static_reshape(c.graph(), shape.size(), to_sizes(shape).data(), out, c.out(i), 0));
  }
}

void define_pad(LowerContext& c, float value) {
  c.match_output_scale(0);
  std::vector<size_t> before, after;
  const auto paddings = c.constant_ints(1);
  for (size_t i = 0; i < paddings.size(); i += 2) {
    before.push_back(static_cast<size_t>(paddings[i]));
    after.push_back(static_cast<size_t>(paddings[i + 1]));
  }
  c.check(xnn_define_static_constant_pad(c.graph(), before.data(), after.data(), value, c.in(0), c.out(), 0));
}

}  // namespace

// RESHAPE and SQUEEZE: the shape is known by now.
void lower_reshape(LowerContext& c) {
  c.match_output_scale(0);
  const Shape& shape = c.output_shape(0);
  c.check(xnn_define_static_reshape(c.graph(), shape.size(), to_sizes(shape).data(), c.in(0), c.out(), 0));
}

void lower_slice(LowerContext& c) { lower_slices(c, 0, slice(c)); }
void lower_strided_slice(LowerContext& c) { lower_slices(c, 0, strided_slice(c)); }
void lower_split(LowerContext& c) { lower_slices(c, 1, split(c)); }
void lower_split_v(LowerContext& c) { lower_slices(c, 0, split_v(c)); }
void lower_unpack(LowerContext& c) { lower_slices(c, 0, unpack(c)); }

void lower_transpose(LowerContext& c) {
  c.match_output_scale(0);
  const size_t rank = c.input_shape(0).size();
  std::vector<size_t> axes;
  for (const int32_t axis : c.constant_ints(1)) axes.push_back(c.axis(axis, rank));
  c.check(xnn_define_static_transpose(c.graph(), rank, axes.data(), c.in(0), c.out(), 0));
}

void lower_pad(LowerContext& c) { define_pad(c, 0); }
void lower_padv2(LowerContext& c) { define_pad(c, c.constant_floats(2)[0]); }

void lower_depth_to_space(LowerContext& c) {
  c.match_output_scale(0);
  const auto block = static_cast<uint32_t>(c.options<tflite::DepthToSpaceOptionsT>().block_size);
  c.check(xnn_define_depth_to_space_2d(c.graph(), block, c.in(0), c.out(), 0));
}

void lower_space_to_depth(LowerContext& c) {
  c.match_output_scale(0);
  const auto block = static_cast<uint32_t>(c.options<tflite::SpaceToDepthOptionsT>().block_size);
  c.check(xnn_define_space_to_depth_2d(c.graph(), block, c.in(0), c.out(), 0));
}

void lower_concatenation(LowerContext& c) {
  const auto& o = c.options<tflite::ConcatenationOptionsT>();
  const size_t axis = c.axis(o.axis, c.output_shape(0).size());
  std::vector<Shape> shapes;
  for (size_t i = 0; i < c.input_count(); ++i) shapes.push_back(c.input_shape(i));
  c.with_activation(o.fused_activation_function, [&](float min, float max, uint32_t out) {
    const uint32_t result = is_clamp_needed(min, max) ? c.temporary(c.output_shape(0)) : out;
    join(c, axis, shapes, result);
    if (result != out) c.clamp(min, max, result, out);
  });
}

void lower_pack(LowerContext& c) {
  const size_t axis = c.axis(c.options<tflite::PackOptionsT>().axis, c.output_shape(0).size());
  Shape row = c.output_shape(0);
  row[axis] = 1;
  join(c, axis, std::vector<Shape>(c.input_count(), row), c.out());
}

}  // namespace webquant
