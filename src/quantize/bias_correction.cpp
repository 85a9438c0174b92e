#include "quantize/bias_correction.h"

#include <algorithm>

#include "ops/padding.h"
#include "quantize/channel_pairs.h"

namespace webquant {
namespace {

// A convolution's window along one axis.
struct Window {
  tflite::Padding padding;
  int32_t stride, dilation;
};

// For each position of the window, the share of the outputs for which it lies on the input and not on the padding; 1
// where the size of the input is not known.
std::vector<double> shares_inside(const Window& window, const Tensor& tensor, size_t axis, int32_t kernel) {
  std::vector<double> shares(static_cast<size_t>(kernel), 1);
  const auto is_open = [&](const Shape& shape) { return shape.size() == 4 && shape[axis] < 1; };
  if (tensor.shape.size() != 4 || is_open(tensor.shape) || is_open(tensor.shape_signature)) return shares;
  const int64_t input = tensor.shape[axis], stride = window.stride, dilation = window.dilation;
  if (window.padding != tflite::Padding::SAME || stride < 1 || dilation < 1) return shares;
  const int64_t outputs = (input + stride - 1) / stride;
  const int64_t before =
      window_padding(window.padding, tensor.shape[axis], kernel, window.stride, window.dilation).before;
  for (int64_t k = 0; k < kernel; ++k) {
    const int64_t from = before - k * dilation, to = input - 1 + from;  // output * stride lies between the two
    const int64_t first = from <= 0 ? 0 : (from + stride - 1) / stride;
    const int64_t last = to < 0 ? -1 : std::min(outputs - 1, to / stride);
    shares[static_cast<size_t>(k)] =
        static_cast<double>(std::max<int64_t>(last - first + 1, 0)) / static_cast<double>(outputs);
  }
  return shares;
}

// The same for each element of the window, row by row; operators without a window have one.
std::vector<double> shares_inside(const Model& model, const Operator& op, const QuantRule& rule) {
  const Shape& weights = graph(model).tensors[op.inputs[static_cast<size_t>(rule.weights)]]->shape;
  if (weights.size() != 4) return {1};
  Window rows, columns;
  if (const auto* conv = op.builtin_options.AsConv2DOptions()) {
    rows = {conv->padding, conv->stride_h, conv->dilation_h_factor};
    columns = {conv->padding, conv->stride_w, conv->dilation_w_factor};
  } else if (const auto* depthwise = op.builtin_options.AsDepthwiseConv2DOptions()) {
    rows = {depthwise->padding, depthwise->stride_h, depthwise->dilation_h_factor};
    columns = {depthwise->padding, depthwise->stride_w, depthwise->dilation_w_factor};
  } else {
    return {1};
  }
  const Tensor& input = *graph(model).tensors[op.inputs[static_cast<size_t>(rule.data)]];
  std::vector<double> shares;
  for (const double row : shares_inside(rows, input, 1, weights[1])) {
    for (const double column : shares_inside(columns, input, 2, weights[2])) shares.push_back(row * column);
  }
  return shares;
}

}  // namespace

std::vector<double> mean_errors(const Model& model, const Operator& op, const QuantRule& rule,
                                std::span<const float> weights, std::span<const float> rounded,
                                const TensorDetails& input, uint64_t samples) {
  const Shape& shape = graph(model).tensors[op.inputs[rule.weights]]->shape;
  std::vector<double> errors(static_cast<size_t>(shape[rule.channel_axis]));
  const auto inside = shares_inside(model, op, rule);
  const auto last = static_cast<size_t>(shape.back());
  const bool fits = for_each_weight(shape, rule, input.channel_sum.size(), [&](size_t in, size_t out, size_t i) {
    const double mean = input.channel_sum[in] / static_cast<double>(samples) * inside[i / last % inside.size()];
    errors[out] += (double{rounded[i]} - weights[i]) * mean;
  });
  return fits ? errors : std::vector<double>();
}

}  // namespace webquant
