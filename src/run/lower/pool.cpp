// Pools.
#include <limits>

#include "ops/activation.h"
#include "ops/padding.h"
#include "run/lower/lower.h"

namespace webquant {
namespace {

// Keeps every n-th pixel. A depthwise convolution with weight 1 does it, because XNNPACK pools neither with a window of
// 1x1 nor with a stride beyond the window.
void define_subsample(LowerContext& c, int32_t stride_h, int32_t stride_w, float min, float max, uint32_t in,
                      uint32_t out) {
  const int32_t channels = c.input_shape(0)[3];
  const std::vector<float> ones(channels, 1.0f);
  const Shape shape{1, 1, 1, channels};
  const uint32_t weights =
      c.in_type(0) == DType::FLOAT32
          ? c.float_constant(shape, ones)
          : c.int8_constant(shape, 3, std::vector<int8_t>(channels, 127), std::vector<float>(channels, 1 / 127.0f));
  c.check(xnn_define_depthwise_convolution_2d(c.graph(), 0, 0, 0, 0, 1, 1, stride_h, stride_w, 1, 1, 1, channels, min,
                                              max, in, weights, XNN_INVALID_VALUE_ID, out, 0));
}

// A pool with a 1x1 window.
void lower_subsample(LowerContext& c, const tflite::Pool2DOptionsT& o) {
  c.match_output_scale(0);
  c.with_activation(o.fused_activation_function, [&](float min, float max, uint32_t out) {
    define_subsample(c, o.stride_h, o.stride_w, min, max, c.in(0), out);
  });
}

struct PoolPadding {
  WindowPadding rows, columns;
};

PoolPadding pool_padding(LowerContext& c, const tflite::Pool2DOptionsT& o) {
  const Shape& x = c.input_shape(0);
  c.require_window_budget(static_cast<int64_t>(o.filter_height) * o.filter_width);
  return {window_padding(o.padding, x[1], o.filter_height, o.stride_h, 1),
          window_padding(o.padding, x[2], o.filter_width, o.stride_w, 1)};
}

bool covers_whole_map(const LowerContext& c, const tflite::Pool2DOptionsT& o) {
  const Shape &x = c.input_shape(0), &y = c.output_shape(0);
  return y[1] == 1 && y[2] == 1 && o.filter_height >= x[1] && o.filter_width >= x[2];
}

void define_average_pool(LowerContext& c, const tflite::Pool2DOptionsT& o, float min, float max, uint32_t in,
                         uint32_t out) {
  const auto [rows, columns] = pool_padding(c, o);
  c.check(xnn_define_average_pooling_2d(c.graph(), rows.before, columns.after, rows.after, columns.before,
                                        o.filter_height, o.filter_width, o.stride_h, o.stride_w, min, max, in, out, 0));
}

// Averages the stored integers and rounds half away from 0, as TFLite does; XNNPACK rounds half to even. With even
// windows every second mean or so is a tie, so this matters.
void lower_integer_average_pool(LowerContext& c, const tflite::Pool2DOptionsT& o) {
  // A little more than the mean: it moves ties away from 0, and nothing else for windows of less than 4096 elements.
  constexpr float kScale = 1 - 1.0f / (1 << 20);
  const QuantParams quant = *per_tensor_params(c.output(0));
  const auto [min_real, max_real] = activation_range(o.fused_activation_function);
  const float min = min_real / quant.scale + static_cast<float>(quant.zero_point);
  const float max = max_real / quant.scale + static_cast<float>(quant.zero_point);
  const uint32_t out = c.stored_output(kScale);
  if (covers_whole_map(c, o)) {
    const uint32_t mean = is_clamp_needed(min, max) ? c.stored_temporary(c.output_shape(0), kScale) : out;
    c.reduce(xnn_reduce_mean, {1, 2}, true, c.stored_input(), mean);
    if (mean != out) c.clamp(min, max, mean, out);
    return;
  }
  const uint32_t real = c.float_temporary(c.input_shape(0)), average = c.float_temporary(c.output_shape(0));
  c.unary(xnn_unary_convert, c.stored_input(), real);
  define_average_pool(c, o, min, max, real, average);
  c.unary(xnn_unary_convert, average, out);
}

}  // namespace

void lower_average_pool_2d(LowerContext& c) {
  const auto& o = c.options<tflite::Pool2DOptionsT>();
  if (o.filter_height == 1 && o.filter_width == 1) return lower_subsample(c, o);
  const bool quantized = c.out_type() == DType::INT8 || c.out_type() == DType::UINT8;
  const auto scale = per_tensor_params(c.output(0));
  if (quantized && scale && scale == per_tensor_params(c.input(0)) && c.in_type(0) == c.out_type() &&
      is_clamp(o.fused_activation_function)) {
    return lower_integer_average_pool(c, o);
  }
  c.compute_in_float();
  c.with_activation(o.fused_activation_function,
                    [&](float min, float max, uint32_t out) { define_average_pool(c, o, min, max, c.in(0), out); });
}

void lower_max_pool_2d(LowerContext& c) {
  const auto& o = c.options<tflite::Pool2DOptionsT>();
  if (o.filter_height == 1 && o.filter_width == 1) return lower_subsample(c, o);
  c.match_output_scale(0);
  const auto [rows, columns] = pool_padding(c, o);
  // Along an axis whose stride is beyond the window the pool takes every position first.
  const int32_t skip_h = o.stride_h > o.filter_height ? o.stride_h : 1,
                skip_w = o.stride_w > o.filter_width ? o.stride_w : 1;
  const int32_t stride_h = o.stride_h / skip_h, stride_w = o.stride_w / skip_w;
  const Shape& x = c.input_shape(0);
  const Shape pooled{x[0], (x[1] + rows.before + rows.after - o.filter_height) / stride_h + 1,
                     (x[2] + columns.before + columns.after - o.filter_width) / stride_w + 1, x[3]};
  c.with_activation(o.fused_activation_function, [&](float min, float max, uint32_t out) {
    const bool skips = skip_h > 1 || skip_w > 1;
    const uint32_t result = skips ? c.temporary(pooled) : out;
    c.check(xnn_define_max_pooling_2d(c.graph(), rows.before, columns.after, rows.after, columns.before,
                                      o.filter_height, o.filter_width, stride_h, stride_w, 1, 1, min, max, c.in(0),
                                      result, 0));
    if (skips) define_subsample(c, skip_h, skip_w, min, max, result, out);
  });
}

// The root of the mean of squares.
void lower_l2_pool_2d(LowerContext& c) {
  const auto& o = c.options<tflite::Pool2DOptionsT>();
  constexpr float inf = std::numeric_limits<float>::infinity();
  c.compute_in_float();
  const uint32_t squares = c.float_temporary(c.input_shape(0)), means = c.float_temporary(c.output_shape(0));
  c.unary(xnn_unary_square, c.in(0), squares);
  if (o.filter_height == 1 && o.filter_width == 1) {
    define_subsample(c, o.stride_h, o.stride_w, -inf, inf, squares, means);
  } else {
    define_average_pool(c, o, -inf, inf, squares, means);
  }
  c.with_activation(o.fused_activation_function, [&](float min, float max, uint32_t out) {
    const uint32_t result = is_clamp_needed(min, max) ? c.float_temporary(c.output_shape(0)) : out;
    c.unary(xnn_unary_square_root, means, result);
    if (result != out) c.clamp(min, max, result, out);
  });
}

}  // namespace webquant
