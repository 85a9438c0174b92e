// Shapes of convolutions and matrix products: CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV, FULLY_CONNECTED and
// BATCH_MATMUL.
#include <utility>

#include "ops/infer/require.h"

namespace webquant {
namespace {

void require_bias(const InferContext& c, int32_t channels, size_t slot = 2) {
  if (!c.has_input(slot)) return;
  if (c.input_shape(slot) != Shape{channels}) {
    c.invalid(text("needs a bias of shape [", channels, "], not ", to_string(c.input_shape(slot))));
  }
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

void infer_batch_matmul(InferContext& c) {
  const auto& o = c.options<tflite::BatchMatMulOptionsT>();
  Shape a = c.input_shape(0), b = c.input_shape(1);
  const auto fail = [&] {
    c.invalid(text("cannot multiply ", to_string(c.input_shape(0)), o.adj_x ? " (transposed)" : "", " and ",
                   to_string(c.input_shape(1)), o.adj_y ? " (transposed)" : ""));
  };
  if (a.size() < 2 || b.size() < 2) fail();
  if (o.adj_x) std::swap(a.end()[-1], a.end()[-2]);
  if (o.adj_y) std::swap(b.end()[-1], b.end()[-2]);
  if (a.back() != b.end()[-2]) fail();
  const int32_t rows = a.end()[-2], columns = b.back();
  // What is left are batches.
  a.resize(a.size() - 2);
  b.resize(b.size() - 2);
  Shape shape = broadcast(c, a, b);
  shape.insert(shape.end(), {rows, columns});
  c.set_output(0, std::move(shape));
}

}  // namespace webquant
