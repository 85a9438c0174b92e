#include "ops/slices.h"

#include <algorithm>

namespace webquant {
namespace {

Slice whole(const Shape& shape) {
  Slice all;
  for (const int32_t size : shape) all.axes.push_back({.begin = 0, .size = size});
  all.shape = shape;
  return all;
}

// Parts of `sizes` along one axis, one behind the other.
std::vector<Slice> parts(const Shape& shape, size_t axis, const std::vector<int32_t>& sizes) {
  std::vector<Slice> out;
  int32_t begin = 0;
  for (const int32_t size : sizes) {
    Slice& part = out.emplace_back(whole(shape));
    part.axes[axis] = {.begin = begin, .size = size};
    part.shape[axis] = size;
    begin += size;
  }
  return out;
}

int32_t only_int(const OpView& op, size_t input) {
  const auto values = op.constant_ints(input);
  if (values.size() != 1) op.invalid(text("input ", input, " must be one number, not ", values.size()));
  return values[0];
}

}  // namespace

std::vector<Slice> slice(const OpView& op) {
  const Shape& x = op.input_shape(0);
  const auto begins = op.constant_ints(1), sizes = op.constant_ints(2);
  if (begins.size() != x.size() || sizes.size() != x.size()) {
    op.invalid(
        text("has ", begins.size(), " begins and ", sizes.size(), " sizes for an input of shape ", to_string(x)));
  }
  Slice out;
  for (size_t i = 0; i < x.size(); ++i) {
    const int64_t begin = begins[i], size = sizes[i] == -1 ? x[i] - begin : sizes[i];
    if (begin < 0 || size < 0 || begin + size > x[i])
      op.invalid(text("takes ", sizes[i], " from ", begin, " of dimension ", i, " of ", to_string(x)));
    out.axes.push_back({.begin = begins[i], .size = static_cast<int32_t>(size)});
    out.shape.push_back(static_cast<int32_t>(size));
  }
  return {out};
}

namespace {

struct StridedSpec {
  const tflite::StridedSliceOptionsT& options;
  std::vector<int32_t> begins, ends, strides;

  explicit StridedSpec(const OpView& op)
      : options(op.options<tflite::StridedSliceOptionsT>()),
        begins(op.constant_ints(1)),
        ends(op.constant_ints(2)),
        strides(op.constant_ints(3)) {
    if (begins.size() != ends.size() || begins.size() != strides.size() || begins.size() > 31) {
      op.invalid(text("has ", begins.size(), " begins, ", ends.size(), " ends and ", strides.size(), " strides"));
    }
  }

  size_t size() const { return begins.size(); }
  bool is_ellipsis(size_t i) const { return options.ellipsis_mask >> i & 1; }
  bool is_new_axis(size_t i) const { return !is_ellipsis(i) && (options.new_axis_mask >> i & 1); }
  bool is_shrunk(size_t i) const { return options.shrink_axis_mask >> i & 1; }

  // Entry `i` on an axis of `size`. Indices beyond the ends stop there, as they do in Python.
  AxisSlice on_axis(const OpView& op, size_t i, int32_t size) const {
    const int64_t stride = strides[i];
    if (stride == 0) op.invalid("has a stride of 0");
    const int64_t first = stride > 0 ? 0 : -1, last = stride > 0 ? size : int64_t{size} - 1;
    const auto position = [&](int64_t index) { return std::clamp(index < 0 ? index + size : index, first, last); };
    const int64_t begin = options.begin_mask >> i & 1 ? (stride > 0 ? 0 : last) : position(begins[i]);
    if (is_shrunk(i)) {
      if (begin < 0 || begin >= size) op.invalid(text("takes element ", begins[i], " of a dimension of ", size));
      return {.begin = static_cast<int32_t>(begin), .size = 1};
    }
    const int64_t wanted = ends[i] + (options.offset ? begin : 0);
    const int64_t end = options.end_mask >> i & 1 ? (stride > 0 ? last : -1) : position(wanted);
    const int64_t count = stride > 0 ? (end - begin + stride - 1) / stride : (begin - end - stride - 1) / -stride;
    if (count <= 0) return {.begin = 0, .size = 0};
    return {.begin = static_cast<int32_t>(begin), .size = static_cast<int32_t>(count), .stride = strides[i]};
  }
};

}  // namespace

std::vector<Slice> strided_slice(const OpView& op) {
  const Shape& x = op.input_shape(0);
  const StridedSpec spec(op);
  size_t taken = 0, ellipses = 0;  // axes that an entry of its own describes
  for (size_t i = 0; i < spec.size(); ++i) {
    ellipses += spec.is_ellipsis(i);
    taken += !spec.is_ellipsis(i) && !spec.is_new_axis(i);
  }
  if (taken > x.size() || ellipses > 1)
    op.invalid(text("describes ", taken, " dimensions with ", ellipses, " ellipses of ", to_string(x)));

  Slice out;
  const auto keep_axes = [&](size_t count) {
    for (; count > 0; --count) {
      const int32_t size = x[out.axes.size()];
      out.axes.push_back({.begin = 0, .size = size});
      out.shape.push_back(size);
    }
  };
  for (size_t i = 0; i < spec.size(); ++i) {
    if (spec.is_ellipsis(i)) {
      keep_axes(x.size() - taken);
    } else if (spec.is_new_axis(i)) {
      out.shape.push_back(1);
    } else {
      out.axes.push_back(spec.on_axis(op, i, x[out.axes.size()]));
      if (!spec.is_shrunk(i)) out.shape.push_back(out.axes.back().size);
    }
  }
  keep_axes(x.size() - out.axes.size());
  return {out};
}

std::vector<Slice> split(const OpView& op) {
  const Shape& x = op.input_shape(1);
  const size_t axis = op.axis(only_int(op, 0), x.size());
  const int32_t declared = op.options<tflite::SplitOptionsT>().num_splits;
  const auto count = static_cast<int32_t>(op.output_count());
  if (declared != count || x[axis] % count != 0) {
    op.invalid(
        text("splits ", to_string(x), " along axis ", axis, " into ", declared, " parts and has ", count, " outputs"));
  }
  return parts(x, axis, std::vector<int32_t>(op.output_count(), x[axis] / count));
}

std::vector<Slice> split_v(const OpView& op) {
  const Shape& x = op.input_shape(0);
  const size_t axis = op.axis(only_int(op, 2), x.size());
  auto sizes = op.constant_ints(1);
  int64_t rest = x[axis];
  for (const int32_t size : sizes) rest -= std::max(size, 0);
  // One part may be what is left.
  const auto open = std::ranges::find(sizes, -1);
  if (open != sizes.end()) *open = static_cast<int32_t>(std::max<int64_t>(rest, 0)), rest = std::min<int64_t>(rest, 0);
  if (sizes.size() != op.output_count() || rest != 0 || std::ranges::any_of(sizes, [](int32_t s) { return s < 0; })) {
    op.invalid(text("splits ", to_string(x), " along axis ", axis, " into ", op.output_count(), " parts of ",
                    to_string(sizes)));
  }
  return parts(x, axis, sizes);
}

std::vector<Slice> unpack(const OpView& op) {
  const Shape& x = op.input_shape(0);
  const size_t axis = op.axis(op.options<tflite::UnpackOptionsT>().axis, x.size());
  if (static_cast<size_t>(x[axis]) != op.output_count())
    op.invalid(text("divides ", to_string(x), " along axis ", axis, " into ", op.output_count(), " outputs"));
  auto rows = parts(x, axis, std::vector<int32_t>(op.output_count(), 1));
  for (Slice& row : rows) row.shape.erase(row.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  return rows;
}

}  // namespace webquant
