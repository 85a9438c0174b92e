// Convolutions and matrix products: CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV, FULLY_CONNECTED and BATCH_MATMUL.
#include <algorithm>
#include <numeric>

#include "ops/padding.h"
#include "run/lower/lower.h"
#include "run/lower/weights.h"

namespace webquant {
void lower_conv_2d(LowerContext& c) {
  const auto& o = c.options<tflite::Conv2DOptionsT>();
  const Shape &x = c.input_shape(0), &w = c.input_shape(1);  // NHWC, OHWI
  const auto rows = window_padding(o.padding, x[1], w[1], o.stride_h, o.dilation_h_factor);
  const auto columns = window_padding(o.padding, x[2], w[2], o.stride_w, o.dilation_w_factor);
  const uint32_t groups = x[3] / w[3];
  c.require_window_budget(static_cast<int64_t>(w[1]) * w[2]);
  if (!c.is_known(1)) c.unsupported("its weights must be a constant");
  // Of single pixels it is a matrix product, where each pixel can be quantized with a range of its own: more precise,
  // and what TensorFlow Lite does.
  if (is_dynamic(c) && groups == 1 && w[1] * w[2] == 1 && o.stride_h == 1 && o.stride_w == 1) {
    const auto operands = weighted_operands(c, /*slice_dims=*/1, {w[0], w[3]});
    return c.with_activation(o.fused_activation_function, [&](float min, float max, uint32_t out) {
      c.check(xnn_define_fully_connected(c.graph(), min, max, operands.input, operands.weights, operands.bias, out, 0));
    });
  }
  const auto operands = weighted_operands(c, /*slice_dims=*/3);
  c.with_activation(o.fused_activation_function, [&](float min, float max, uint32_t out) {
    c.check(xnn_define_convolution_2d(c.graph(), rows.before, columns.after, rows.after, columns.before, w[1], w[2],
                                      o.stride_h, o.stride_w, o.dilation_h_factor, o.dilation_w_factor, groups, w[3],
                                      w[0] / groups, min, max, operands.input, operands.weights, operands.bias, out,
                                      0));
  });
}

void lower_depthwise_conv_2d(LowerContext& c) {
  const auto& o = c.options<tflite::DepthwiseConv2DOptionsT>();
  const Shape &x = c.input_shape(0), &w = c.input_shape(1);  // NHWC, 1HWO
  const auto rows = window_padding(o.padding, x[1], w[1], o.stride_h, o.dilation_h_factor);
  const auto columns = window_padding(o.padding, x[2], w[2], o.stride_w, o.dilation_w_factor);
  c.require_window_budget(static_cast<int64_t>(w[1]) * w[2]);
  if (!c.is_known(1)) c.unsupported("its weights must be a constant");
  // XNNPACK has no depthwise kernel that quantizes its input at run time: int8 weights of a float operator are
  // expanded.
  if (is_dynamic(c)) c.note("runs in float32: its int8 weights are expanded when the model is loaded");
  const auto operands = weighted_operands(c, /*slice_dims=*/0);
  c.with_activation(o.fused_activation_function, [&](float min, float max, uint32_t out) {
    c.check(xnn_define_depthwise_convolution_2d(c.graph(), rows.before, columns.after, rows.after, columns.before, w[1],
                                                w[2], o.stride_h, o.stride_w, o.dilation_h_factor, o.dilation_w_factor,
                                                w[3] / x[3], x[3], min, max, operands.input, operands.weights,
                                                operands.bias, out, 0));
  });
}

void lower_transpose_conv(LowerContext& c) {
  const auto& o = c.options<tflite::TransposeConvOptionsT>();
  const Shape &w = c.input_shape(1), &x = c.input_shape(2), &y = c.output_shape(0);  // OHWI, NHWC
  c.require_window_budget(static_cast<int64_t>(w[1]) * w[2]);
  if (!c.is_known(1)) c.unsupported("its weights must be a constant");
  // What the windows cover beyond the output is cut off; where they cover less, rows or columns are added behind.
  struct Edges {
    uint32_t before, after, added;
  };
  const auto edges = [&](int axis, int32_t stride) -> Edges {
    const int32_t before = window_padding(o.padding, y[axis], w[axis], stride, 1).before;
    const int32_t beyond = (x[axis] - 1) * stride + w[axis] - before - y[axis];
    return {static_cast<uint32_t>(before), static_cast<uint32_t>(std::max(beyond, 0)),
            static_cast<uint32_t>(std::max(-beyond, 0))};
  };
  const Edges rows = edges(1, o.stride_h), columns = edges(2, o.stride_w);
  const auto operands = weighted_operands(c, /*slice_dims=*/3);
  c.with_activation(o.fused_activation_function, [&](float min, float max, uint32_t out) {
    c.check(xnn_define_deconvolution_2d(c.graph(), rows.before, columns.after, rows.after, columns.before, rows.added,
                                        columns.added, w[1], w[2], o.stride_h, o.stride_w, 1, 1, /*groups=*/1, w[3],
                                        w[0], min, max, operands.input, operands.weights, operands.bias, out, 0));
  });
}

void lower_fully_connected(LowerContext& c) {
  const auto& o = c.options<tflite::FullyConnectedOptionsT>();
  const Shape& w = c.input_shape(1);  // OI
  const Shape& y = c.output_shape(0);
  const int32_t rows = static_cast<int32_t>(element_count(y, c.label()) / w[0]);
  // The kernel multiplies matrices: whatever else the input is gets flattened to rows of the weights' length.
  c.reshape_input(0, {rows, w[1]});
  const auto operands = weighted_operands(c, /*slice_dims=*/1);
  c.with_activation(o.fused_activation_function, [&](float min, float max, uint32_t out) {
    const uint32_t matrix = y.size() == 2 ? out : c.temporary({rows, w[0]});
    c.check(
        xnn_define_fully_connected(c.graph(), min, max, operands.input, operands.weights, operands.bias, matrix, 0));
    if (matrix != out) c.check(xnn_define_static_reshape(c.graph(), y.size(), to_sizes(y).data(), matrix, out, 0));
  });
}

// XNNPACK multiplies matrices that are both activations in float only.
void lower_batch_matmul(LowerContext& c) {
  const auto& o = c.options<tflite::BatchMatMulOptionsT>();
  c.compute_in_float();
  uint32_t left = c.in(0);
  if (o.adj_x) {
    Shape shape = c.input_shape(0);
    std::vector<size_t> order(shape.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::swap(order.end()[-1], order.end()[-2]);
    std::swap(shape.end()[-1], shape.end()[-2]);
    left = c.float_temporary(shape);
    c.check(xnn_define_static_transpose(c.graph(), order.size(), order.data(), c.in(0), left, 0));
  }
  c.check(xnn_define_batch_matrix_multiply(c.graph(), left, c.in(1), c.out(), o.adj_y ? XNN_FLAG_TRANSPOSE_B : 0));
}

}  // namespace webquant
