#include "quantize/repair.h"

#include <algorithm>
#include <cmath>

#include "calibrate/range.h"
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
  const Shape& weights = graph(model).tensors[op.inputs[static_cast<size_t>(rule.weights)]]->shape;
  std::vector<double> shares;
  for (const double row : shares_inside(rows, input, 1, weights[1])) {
    for (const double column : shares_inside(columns, input, 2, weights[2])) shares.push_back(row * column);
  }
  return shares;
}

class Equalizer {
 public:
  Equalizer(Model& model, const QuantSpec& spec, Stats& stats)
      : model_(model), spec_(spec), stats_(stats), names_(tensor_names(model)) {}

  void run() {
    std::vector<ChannelPair> pairs = channel_pairs(model_);
    std::erase_if(pairs, [&](const ChannelPair& pair) { return !has_statistics(pair); });
    // Operators in the middle of a chain belong to two pairs, which pull at them in turn.
    constexpr int kMaxRounds = 20;
    constexpr double kSettled = 0.01;
    for (int round = 0; round < kMaxRounds; ++round) {
      double largest_change = 0;
      for (const ChannelPair& pair : pairs) largest_change = std::max(largest_change, balance(pair));
      if (largest_change < kSettled) break;
    }
  }

 private:
  TensorDetails& details(const ChannelPair& pair, size_t i) { return stats_.details.at(names_[pair.between[i]]); }

  bool has_statistics(const ChannelPair& pair) const {
    return std::ranges::all_of(pair.between, [&](int32_t tensor) {
      const auto known = stats_.details.find(names_[tensor]);
      return known != stats_.details.end() && known->second.channel_max.size() == pair.channels &&
             stats_.tensors.contains(names_[tensor]);
    });
  }

  // Scales each channel; returns the largest |log(scale)|.
  double balance(const ChannelPair& pair) {
    const auto scales = channel_scales(pair);
    double change = 0;
    for (const double scale : scales) change = std::max(change, std::abs(std::log(scale)));
    if (change == 0) return 0;
    divide_channels(model_, pair, scales);
    for (const int32_t tensor : pair.between) rescale(tensor, scales);
    return change;
  }

  // By what to divide each channel: the square root of how much of its quantizers' ranges the first operator's channel
  // takes, over how much the second one's takes.
  std::vector<double> channel_scales(const ChannelPair& pair) {
    const size_t count = pair.channels;
    const auto magnitudes = [&](size_t i) {
      std::vector<double> out(count);
      const TensorDetails& seen = details(pair, i);
      for (size_t c = 0; c < count; ++c) {
        out[c] = std::max(std::abs(double{seen.channel_min[c]}), std::abs(double{seen.channel_max[c]}));
      }
      return out;
    };
    const auto seen = magnitudes(pair.between.size() - 1);
    const double most_seen = std::ranges::max(seen);
    const auto axis = static_cast<size_t>(quant_rule(model_, pair.first).channel_axis);
    const auto out_weights =
        channel_max_abs(weight_values(model_, pair.first), channel_view(weights_of(model_, pair.first).shape, axis));
    const double most_out = std::ranges::max(out_weights);
    std::vector<double> in_weights(count);
    const auto second = weight_values(model_, pair.second);
    const QuantRule& second_rule = quant_rule(model_, pair.second);
    for_each_weight(weights_of(model_, pair.second).shape, second_rule, count, [&](size_t channel, size_t, size_t i) {
      in_weights[channel] = std::max(in_weights[channel], std::abs(double{second[i]}));
    });
    const double most_in = std::ranges::max(in_weights);

    std::vector<double> scales(count, 1);
    if (!(most_seen > 0) || !(most_out > 0) || !(most_in > 0)) return scales;
    // Each output channel's weights have a scale of their own and need no help.
    const bool own_scales = spec_.per_channel;
    const auto bias = bias_values(model_, pair.first);
    double most_after = 0;
    std::vector<bool> moves(count);
    for (size_t c = 0; c < count; ++c) {
      if (pair.clamps_at_6 && seen[c] >= 6) continue;
      // The bias counts for channels that RELU never lets through: no one sees how large they get.
      const double reached = std::max(seen[c], bias.empty() ? 0 : std::abs(double{bias[c]}));
      const double first = std::max(own_scales ? 0 : out_weights[c] / most_out, reached / most_seen);
      const double second_share = own_scales && is_depthwise(second_rule) ? 1 : in_weights[c] / most_in;
      if (first == 0 || second_share == 0) continue;
      moves[c] = true;
      scales[c] = std::clamp(std::sqrt(first / second_share), 0x1p-8, 0x1p8);
      most_after = std::max(most_after, seen[c] / scales[c]);
    }
    // The tensor's range stays, or shrinks.
    for (size_t c = 0; c < count; ++c) {
      if (moves[c] && most_after > 0) scales[c] *= most_after / most_seen;
    }
    return scales;
  }

  static void divide(float& value, double scale) { value = static_cast<float>(value / scale); }

  void rescale(int32_t tensor, const std::vector<double>& scales) {
    TensorDetails& seen = stats_.details.at(names_[tensor]);
    TensorStats& stats = stats_.tensors.at(names_[tensor]);
    const Range range = calibrated_range(stats, stats_.options, spec_.symmetric);
    // A range that leaves out some of what was seen goes on leaving out that share.
    const auto share = [](float part, float whole) { return whole == 0 ? 1 : double{part} / whole; };
    const double low = share(range.min, std::ranges::min(seen.channel_min)),
                 high = share(range.max, std::ranges::max(seen.channel_max));
    for (size_t c = 0; c < scales.size(); ++c) {
      divide(seen.channel_min[c], scales[c]);
      divide(seen.channel_max[c], scales[c]);
      seen.channel_sum[c] /= scales[c];
    }
    stats = {.min = static_cast<float>(low * std::ranges::min(seen.channel_min)),
             .max = static_cast<float>(high * std::ranges::max(seen.channel_max))};
  }

  Model& model_;
  const QuantSpec& spec_;
  Stats& stats_;
  std::vector<std::string> names_;
};

}  // namespace

void equalize(Model& model, const QuantSpec& spec, Stats& stats) { Equalizer(model, spec, stats).run(); }

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
