#include "ops/infer/infer.h"

#include <algorithm>

#include "ops/op.h"

namespace webquant {
namespace {

const Shape& require_rank(const InferContext& c, size_t input, size_t rank) {
  const Shape& shape = c.input_shape(input);
  if (shape.size() != rank)
    c.invalid(text("input ", input, " must have ", rank, " dimensions, not ", to_string(shape)));
  return shape;
}

void require_positive(const InferContext& c, std::initializer_list<int32_t> values, const char* what) {
  // The bound keeps window * dilation within 32 bits.
  for (const int32_t v : values) {
    if (v < 1 || v > 0x7fff) c.invalid(text("has a ", what, " of ", v));
  }
}

void require_bias(const InferContext& c, int32_t channels, size_t slot = 2) {
  if (!c.has_input(slot)) return;
  if (c.input_shape(slot) != Shape{channels}) {
    c.invalid(text("needs a bias of shape [", channels, "], not ", to_string(c.input_shape(slot))));
  }
}

// Windows along one axis.
int32_t window_count(const InferContext& c, tflite::Padding padding, int32_t input, int32_t kernel, int32_t stride,
                     int32_t dilation) {
  const int64_t window = static_cast<int64_t>(kernel - 1) * dilation + 1;
  if (padding == tflite::Padding::SAME)
    return static_cast<int32_t>((static_cast<int64_t>(input) + stride - 1) / stride);
  if (padding != tflite::Padding::VALID)
    c.invalid(text("has padding ", static_cast<int>(padding), ", which does not exist"));
  if (window > input) c.invalid(text("has a window of ", window, " on an input of ", input));
  return static_cast<int32_t>((input - window) / stride + 1);
}

}  // namespace

void infer_conv_2d(InferContext& c) {
  const auto& o = c.options<tflite::Conv2DOptionsT>();
  const Shape& x = require_rank(c, 0, 4);
  const Shape& w = require_rank(c, 1, 4);  // OHWI
  require_positive(c, {o.stride_h, o.stride_w}, "stride");
  require_positive(c, {o.dilation_h_factor, o.dilation_w_factor}, "dilation");
  require_positive(c, {w[1], w[2]}, "kernel size");
  if (w[3] < 1 || w[0] < 1 || x[3] < 1 || x[3] % w[3] != 0 || w[0] % (x[3] / w[3]) != 0) {
    c.invalid(text("has weights ", to_string(w), " on an input ", to_string(x)));
  }
  require_bias(c, w[0]);
  c.set_output(0, {x[0], window_count(c, o.padding, x[1], w[1], o.stride_h, o.dilation_h_factor),
                   window_count(c, o.padding, x[2], w[2], o.stride_w, o.dilation_w_factor), w[0]});
}

void infer_depthwise_conv_2d(InferContext& c) {
  const auto& o = c.options<tflite::DepthwiseConv2DOptionsT>();
  const Shape& x = require_rank(c, 0, 4);
  const Shape& w = require_rank(c, 1, 4);  // 1HWO
  require_positive(c, {o.stride_h, o.stride_w}, "stride");
  require_positive(c, {o.dilation_h_factor, o.dilation_w_factor}, "dilation");
  require_positive(c, {w[1], w[2]}, "kernel size");
  if (w[0] != 1 || x[3] < 1 || w[3] < 1 || w[3] % x[3] != 0) {
    c.invalid(text("has weights ", to_string(w), " on an input ", to_string(x)));
  }
  // Old converters leave the multiplier 0; where there is one it must agree.
  if (o.depth_multiplier != 0 && o.depth_multiplier != w[3] / x[3]) {
    c.invalid(text("has a depth multiplier of ", o.depth_multiplier, ", but weights ", to_string(w), " on an input ",
                   to_string(x)));
  }
  require_bias(c, w[3]);
  c.set_output(0, {x[0], window_count(c, o.padding, x[1], w[1], o.stride_h, o.dilation_h_factor),
                   window_count(c, o.padding, x[2], w[2], o.stride_w, o.dilation_w_factor), w[3]});
}

// A convolution backwards: the output's size is given, and the input's must be what a convolution would make of it.
void infer_transpose_conv(InferContext& c) {
  const auto& o = c.options<tflite::TransposeConvOptionsT>();
  const auto size = c.constant_ints(0);
  const Shape& w = require_rank(c, 1, 4);  // OHWI
  const Shape& x = require_rank(c, 2, 4);
  require_positive(c, {o.stride_h, o.stride_w}, "stride");
  require_positive(c, {w[1], w[2]}, "kernel size");
  if (w[0] < 1 || w[3] < 1 || w[3] != x[3])
    c.invalid(text("has weights ", to_string(w), " on an input ", to_string(x)));
  require_bias(c, w[0], 3);
  // A chosen batch does not reach the constant.
  if (size.size() != 4 || (size[0] != x[0] && size[0] != 1) || size[1] < 1 || size[2] < 1 || size[3] != w[0])
    c.invalid(text("gives shape ", to_string(size), " from weights ", to_string(w), " and an input ", to_string(x)));
  const int32_t rows = window_count(c, o.padding, size[1], w[1], o.stride_h, 1),
                columns = window_count(c, o.padding, size[2], w[2], o.stride_w, 1);
  if (rows != x[1] || columns != x[2]) {
    c.unsupported(text("gives shape ", to_string(size), " from an input ", to_string(x), ", where ", rows, " x ",
                       columns, " pixels are needed"));
  }
  c.set_output(0, {x[0], size[1], size[2], w[0]});
}

void infer_fully_connected(InferContext& c) {
  const auto& o = c.options<tflite::FullyConnectedOptionsT>();
  const Shape& x = c.input_shape(0);
  const Shape& w = require_rank(c, 1, 2);  // OI
  if (o.weights_format != tflite::FullyConnectedOptionsWeightsFormat::DEFAULT) c.unsupported("has shuffled weights");
  const size_t count = element_count(x, c.label());
  if (w[0] < 1 || w[1] < 1 || count == 0 || count % w[1] != 0) {
    c.invalid(text("has weights ", to_string(w), " on an input ", to_string(x)));
  }
  require_bias(c, w[0]);
  if (o.keep_num_dims) {
    if (x.empty() || x.back() != w[1])
      c.invalid(text("keeps dimensions, but has weights ", to_string(w), " on an input ", to_string(x)));
    Shape shape = x;
    shape.back() = w[0];
    c.set_output(0, std::move(shape));
  } else {
    c.set_output(0, {static_cast<int32_t>(count / w[1]), w[0]});
  }
}

void infer_pool_2d(InferContext& c) {
  const auto& o = c.options<tflite::Pool2DOptionsT>();
  const Shape& x = require_rank(c, 0, 4);
  require_positive(c, {o.stride_h, o.stride_w}, "stride");
  require_positive(c, {o.filter_height, o.filter_width}, "window size");
  c.set_output(0, {x[0], window_count(c, o.padding, x[1], o.filter_height, o.stride_h, 1),
                   window_count(c, o.padding, x[2], o.filter_width, o.stride_w, 1), x[3]});
}

void infer_reduce(InferContext& c) {
  const Shape& x = c.input_shape(0);
  std::vector<bool> reduced(x.size());
  for (const int32_t axis : c.constant_ints(1)) reduced[c.axis(axis, x.size())] = true;
  const bool keep_dims = c.options<tflite::ReducerOptionsT>().keep_dims;
  Shape shape;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!reduced[i]) shape.push_back(x[i]);
    if (reduced[i] && keep_dims) shape.push_back(1);
  }
  c.set_output(0, std::move(shape));
}

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

}  // namespace webquant
