// Shapes of the operators that move values.
#include <algorithm>
#include <set>

#include "ops/infer/infer.h"
#include "ops/op.h"
#include "ops/slices.h"

namespace webquant {
namespace {

constexpr int64_t kMaxDim = 0x7fffffff;

void set_shapes(InferContext& c, const std::vector<Slice>& slices) {
  for (size_t i = 0; i < slices.size(); ++i) c.set_output(i, slices[i].shape);
}

void require_rank_4(const InferContext& c) {
  if (c.input_shape(0).size() != 4)
    c.invalid(text("must have an input of 4 dimensions, not ", to_string(c.input_shape(0))));
}

// Input `i` has one number for each dimension of the input.
std::vector<int32_t> ints_by_axis(const InferContext& c, size_t i, size_t rank, const char* what) {
  auto values = c.constant_ints(i);
  if (values.size() != rank)
    c.invalid(text("has ", values.size(), " ", what, " for an input of shape ", to_string(c.input_shape(0))));
  return values;
}

int32_t only_int(const InferContext& c, size_t i, const char* what) {
  const auto values = c.constant_ints(i);
  if (values.size() != 1) c.invalid(text("has ", values.size(), " ", what));
  return values[0];
}

int32_t block_size(const InferContext& c, int32_t size) {
  if (size < 1 || size > 0x7fff) c.invalid(text("has blocks of ", size));
  return size;
}

}  // namespace

void infer_slice(InferContext& c) { set_shapes(c, slice(c)); }
void infer_strided_slice(InferContext& c) { set_shapes(c, strided_slice(c)); }
void infer_split(InferContext& c) { set_shapes(c, split(c)); }
void infer_split_v(InferContext& c) { set_shapes(c, split_v(c)); }
void infer_unpack(InferContext& c) { set_shapes(c, unpack(c)); }

void infer_transpose(InferContext& c) {
  const Shape& x = c.input_shape(0);
  Shape shape;
  std::set<size_t> taken;
  for (const int32_t dim : ints_by_axis(c, 1, x.size(), "axes")) {
    const size_t axis = c.axis(dim, x.size());
    if (!taken.insert(axis).second) c.invalid(text("takes axis ", axis, " twice"));
    shape.push_back(x[axis]);
  }
  c.set_output(0, std::move(shape));
}

void infer_expand_dims(InferContext& c) {
  Shape shape = c.input_shape(0);
  const size_t axis = c.axis(only_int(c, 1, "axes"), shape.size() + 1);
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  c.set_output(0, std::move(shape));
}

void infer_pack(InferContext& c) {
  const auto& o = c.options<tflite::PackOptionsT>();
  Shape shape = c.input_shape(0);
  const size_t axis = c.axis(o.axis, shape.size() + 1);
  const auto count = static_cast<int32_t>(c.input_count());
  if (o.values_count != count) c.invalid(text("packs ", o.values_count, " values and has ", count, " inputs"));
  for (size_t i = 1; i < c.input_count(); ++i) {
    if (c.input_shape(i) != shape)
      c.invalid(text("cannot pack ", to_string(shape), " and ", to_string(c.input_shape(i))));
  }
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), count);
  c.set_output(0, std::move(shape));
}

void infer_padv2(InferContext& c) {
  if (element_count(c.input_shape(2), c.label()) != 1)
    c.invalid(text("pads with a value of shape ", to_string(c.input_shape(2))));
  infer_pad(c);
}

void infer_mirror_pad(InferContext& c) {
  infer_pad(c);
  const auto mode = c.options<tflite::MirrorPadOptionsT>().mode;
  if (mode != tflite::MirrorPadMode::REFLECT && mode != tflite::MirrorPadMode::SYMMETRIC)
    c.invalid(text("has mode ", static_cast<int>(mode), ", which does not exist"));
  // REFLECT does not repeat the outermost element.
  const int32_t kept = mode == tflite::MirrorPadMode::REFLECT ? 1 : 0;
  const Shape& x = c.input_shape(0);
  const auto paddings = c.constant_ints(1);
  for (size_t i = 0; i < paddings.size(); ++i) {
    if (paddings[i] > std::max(x[i / 2] - kept, 0))
      c.invalid(text("mirrors ", paddings[i], " elements of dimension ", i / 2, " of ", to_string(x)));
  }
}

void infer_tile(InferContext& c) {
  Shape shape = c.input_shape(0);
  const auto repeats = ints_by_axis(c, 1, shape.size(), "multiples");
  for (size_t i = 0; i < shape.size(); ++i) {
    const int64_t size = int64_t{shape[i]} * repeats[i];
    if (repeats[i] < 0 || size > kMaxDim)
      c.invalid(text("repeats dimension ", i, " of ", to_string(c.input_shape(0)), " ", repeats[i], " times"));
    shape[i] = static_cast<int32_t>(size);
  }
  c.set_output(0, std::move(shape));
}

void infer_broadcast_to(InferContext& c) {
  const Shape& x = c.input_shape(0);
  Shape shape = c.constant_ints(1);
  bool fits = shape.size() >= x.size();
  for (size_t i = 0; fits && i < x.size(); ++i) {
    const int32_t size = x[x.size() - 1 - i];
    fits = size == 1 || size == shape[shape.size() - 1 - i];
  }
  if (!fits || std::ranges::any_of(shape, [](int32_t size) { return size < 0; }))
    c.invalid(text("cannot broadcast ", to_string(x), " to ", to_string(shape)));
  c.set_output(0, std::move(shape));
}

void infer_reverse_v2(InferContext& c) {
  const Shape& x = c.input_shape(0);
  std::set<size_t> taken;
  for (const int32_t dim : c.constant_ints(1)) {
    const size_t axis = c.axis(dim, x.size());
    if (!taken.insert(axis).second) c.invalid(text("reverses axis ", axis, " twice"));
  }
  c.set_output(0, x);
}

void infer_gather(InferContext& c) {
  const auto& o = c.options<tflite::GatherOptionsT>();
  const Shape &x = c.input_shape(0), &indices = c.input_shape(1);
  const DType type = c.input(1).type;
  if (type != DType::INT32 && type != DType::INT64) c.invalid(text("has indices of type ", to_string(type)));
  const size_t axis = c.axis(o.axis, x.size());
  const auto rank = static_cast<int32_t>(indices.size());
  const int64_t batch_dims = o.batch_dims < 0 ? int64_t{o.batch_dims} + rank : o.batch_dims;
  if (batch_dims < 0 || batch_dims > rank || batch_dims > static_cast<int64_t>(axis) ||
      !std::equal(x.begin(), x.begin() + batch_dims, indices.begin())) {
    c.invalid(text("has ", o.batch_dims, " batch dimensions on ", to_string(x), " and indices ", to_string(indices)));
  }
  const auto axis_at = x.begin() + static_cast<std::ptrdiff_t>(axis);
  Shape shape(x.begin(), axis_at);
  shape.insert(shape.end(), indices.begin() + batch_dims, indices.end());
  shape.insert(shape.end(), axis_at + 1, x.end());
  if (c.is_constant(1)) {
    for (const int32_t index : c.constant_ints(1)) {
      if (index < 0 || index >= *axis_at) c.invalid(text("takes element ", index, " of a dimension of ", *axis_at));
    }
  }
  c.set_output(0, std::move(shape));
}

void infer_depth_to_space(InferContext& c) {
  require_rank_4(c);
  const int32_t block = block_size(c, c.options<tflite::DepthToSpaceOptionsT>().block_size);
  const Shape& x = c.input_shape(0);
  if (x[3] % (block * block) != 0 || int64_t{x[1]} * block > kMaxDim || int64_t{x[2]} * block > kMaxDim)
    c.invalid(text("makes blocks of ", block, " by ", block, " out of the depth of ", to_string(x)));
  c.set_output(0, {x[0], x[1] * block, x[2] * block, x[3] / (block * block)});
}

void infer_space_to_depth(InferContext& c) {
  require_rank_4(c);
  const int32_t block = block_size(c, c.options<tflite::SpaceToDepthOptionsT>().block_size);
  const Shape& x = c.input_shape(0);
  const int64_t depth = int64_t{x[3]} * block * block;
  if (x[1] % block != 0 || x[2] % block != 0 || depth > kMaxDim)
    c.invalid(text("makes depth out of blocks of ", block, " by ", block, " of ", to_string(x)));
  c.set_output(0, {x[0], x[1] / block, x[2] / block, static_cast<int32_t>(depth)});
}

void infer_resize_nearest_neighbor(InferContext& c) {
  require_rank_4(c);
  const Shape& x = c.input_shape(0);
  const auto size = c.constant_ints(1);
  if (size.size() != 2 || size[0] < 1 || size[1] < 1 || x[1] < 1 || x[2] < 1)
    c.invalid(text("resizes ", to_string(x), " to ", to_string(size)));
  c.set_output(0, {x[0], size[0], size[1], x[3]});
}

// Known as soon as the input's shape is, whatever its values.
void infer_shape(InferContext& c) {
  const Shape x = c.input_shape(0);
  c.set_output(0, {static_cast<int32_t>(x.size())});
  c.set_value(0, x);
}

void infer_arg(InferContext& c) {
  Shape shape = c.input_shape(0);
  const size_t axis = c.axis(only_int(c, 1, "axes"), shape.size());
  if (shape[axis] == 0) c.invalid(text("looks along axis ", axis, " of ", to_string(shape), ", which is empty"));
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  c.set_output(0, std::move(shape));
}

}  // namespace webquant
