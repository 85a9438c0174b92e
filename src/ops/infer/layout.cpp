// Shapes of the operators that move values without changing them.
#include <algorithm>
#include <set>

#include "ops/infer/require.h"
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

int32_t block_size(const InferContext& c, int32_t size) {
  if (size < 1 || size > 0x7fff) c.invalid(text("has blocks of ", size));
  return size;
}

}  // namespace

void infer_reshape(InferContext& c) {
  const Shape& x = c.input_shape(0);
  // The tensor wins over the option, which old converters leave out or stale.
  Shape shape = c.has_input(1) ? c.constant_ints(1) : c.options<tflite::ReshapeOptionsT>().new_shape;
  const auto open = std::ranges::find(shape, -1);
  if (open != shape.end()) *open = 1;
  const size_t count = element_count(x, c.label()), known = element_count(shape, c.label());
  if (open == shape.end() ? known != count : known == 0 || count % known != 0) {
    if (open != shape.end()) *open = -1;
    c.invalid(text("cannot give ", to_string(x), " the shape ", to_string(shape)));
  }
  if (open != shape.end()) *open = static_cast<int32_t>(count / known);
  c.set_output(0, std::move(shape));
}

void infer_squeeze(InferContext& c) {
  const Shape& x = c.input_shape(0);
  const auto& dims = c.options<tflite::SqueezeOptionsT>().squeeze_dims;
  std::vector<bool> dropped(x.size());
  for (size_t i = 0; i < x.size(); ++i) dropped[i] = dims.empty() && x[i] == 1;
  for (const int32_t dim : dims) {
    const int axis = c.axis(dim, x.size());
    if (x[axis] != 1) c.invalid(text("cannot drop dimension ", axis, " of ", to_string(x)));
    dropped[axis] = true;
  }
  Shape shape;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!dropped[i]) shape.push_back(x[i]);
  }
  c.set_output(0, std::move(shape));
}

void infer_expand_dims(InferContext& c) {
  Shape shape = c.input_shape(0);
  const size_t axis = c.axis(only_int(c, 1, "axes"), shape.size() + 1);
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  c.set_output(0, std::move(shape));
}

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

void infer_slice(InferContext& c) { set_shapes(c, slice(c)); }
void infer_strided_slice(InferContext& c) { set_shapes(c, strided_slice(c)); }
void infer_split(InferContext& c) { set_shapes(c, split(c)); }
void infer_split_v(InferContext& c) { set_shapes(c, split_v(c)); }
void infer_unpack(InferContext& c) { set_shapes(c, unpack(c)); }

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

void infer_concatenation(InferContext& c) {
  Shape shape = c.input_shape(0);
  const int axis = c.axis(c.options<tflite::ConcatenationOptionsT>().axis, shape.size());
  int64_t total = shape[axis];
  for (size_t i = 1; i < c.input_count(); ++i) {
    Shape other = c.input_shape(i);
    if (other.size() != shape.size())
      c.invalid(text("cannot join ", to_string(c.input_shape(0)), " and ", to_string(other)));
    total += other[axis];
    other[axis] = shape[axis];
    if (other != shape || total > 0x7fffffff) {
      c.invalid(text("cannot join ", to_string(c.input_shape(0)), " and ", to_string(c.input_shape(i)), " along axis ",
                     axis));
    }
  }
  shape[axis] = static_cast<int32_t>(total);
  c.set_output(0, std::move(shape));
}

void infer_pad(InferContext& c) {
  Shape shape = c.input_shape(0);
  const auto paddings = c.constant_ints(1);
  if (paddings.size() != 2 * shape.size()) {
    c.invalid(text("has ", paddings.size(), " paddings for an input of shape ", to_string(shape)));
  }
  for (size_t i = 0; i < shape.size(); ++i) {
    const int64_t before = paddings[2 * i], after = paddings[2 * i + 1], size = shape[i] + before + after;
    if (before < 0 || after < 0 || size > 0x7fffffff)
      c.invalid(text("pads dimension ", i, " by ", before, " and ", after));
    shape[i] = static_cast<int32_t>(size);
  }
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

}  // namespace webquant
