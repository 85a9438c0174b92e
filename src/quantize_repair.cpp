#include "quantize_repair.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "quantize_edit.h"
#include "stats_range.h"

namespace webquant {
namespace {

bool is_depthwise(const QuantRule& rule) { return rule.channel_axis == 3; }

// Which input channel each weight meets: for weights O..I with groups, or 1HWO for depthwise ones. Calls
// visit(input channel, output channel, index of the weight); false when the sizes do not fit together.
template <class Visit>
bool for_each_weight(const Shape& shape, const QuantRule& rule, size_t input_channels, Visit visit) {
  const auto size = [&](size_t axis) { return static_cast<size_t>(shape[axis]); };
  size_t count = 1;
  for (size_t axis = 0; axis < shape.size(); ++axis) count *= size(axis);
  const size_t outputs = size(static_cast<size_t>(rule.channel_axis)), last = size(shape.size() - 1);
  if (count == 0 || input_channels == 0) return false;
  if (is_depthwise(rule)) {
    if (outputs % input_channels != 0) return false;
    const size_t multiplier = outputs / input_channels;
    for (size_t i = 0; i < count; ++i) visit(i % outputs / multiplier, i % outputs, i);
    return true;
  }
  if (input_channels % last != 0 || outputs % (input_channels / last) != 0) return false;
  const size_t outputs_per_group = outputs / (input_channels / last), row = count / outputs;
  for (size_t i = 0; i < count; ++i) {
    const size_t output = i / row;
    visit(output / outputs_per_group * last + i % last, output, i);
  }
  return true;
}

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

// Two operators with weights, and the tensors between them.
struct Pair {
  size_t first, second;
  std::vector<int32_t> between;
  bool clamps_at_6 = false;
};

class Equalizer {
 public:
  Equalizer(Model& model, const QuantSpec& spec, Stats& stats)
      : model_(model), spec_(spec), stats_(stats), names_(tensor_names(model)), readers_(names_.size()) {
    const Graph& g = graph(model);
    uses_.resize(names_.size());
    for (size_t n = 0; n < g.operators.size(); ++n) {
      for (const int32_t input : g.operators[n]->inputs) {
        if (input < 0) continue;
        ++uses_[input];
        readers_[input] = n;
      }
    }
    for (const int32_t output : g.outputs) ++uses_[output];
  }

  void run() {
    std::vector<Pair> pairs;
    for (size_t n = 0; n < graph(model_).operators.size(); ++n) {
      if (auto pair = pair_from(n)) pairs.push_back(*pair);
    }
    // Operators in the middle of a chain belong to two pairs, which pull at them in turn.
    constexpr int kMaxRounds = 20;
    constexpr double kSettled = 0.01;
    for (int round = 0; round < kMaxRounds; ++round) {
      double largest_change = 0;
      for (const Pair& pair : pairs) largest_change = std::max(largest_change, balance(pair));
      if (largest_change < kSettled) break;
    }
  }

 private:
  const Operator& op(size_t n) const { return *graph(model_).operators[n]; }
  const QuantRule& rule(size_t n) const { return find_op(op_code(model_, op(n)))->quant; }
  TensorDetails& details(const Pair& pair, size_t i) { return stats_.details.at(names_[pair.between[i]]); }

  // Weights, and a bias if there is one, that belong to this operator alone.
  bool has_own_weights(size_t n) const {
    const OpDef* def = find_op(op_code(model_, op(n)));
    if (!def || def->quant.weights < 0 || !is_float_constant(model_, op(n), def->quant.weights)) return false;
    const auto is_own = [&](int32_t tensor) {
      const uint32_t buffer = graph(model_).tensors[tensor]->buffer;
      return uses_[tensor] == 1 &&
             std::ranges::count(graph(model_).tensors, buffer, [](const auto& t) { return t->buffer; }) == 1;
    };
    const auto& inputs = op(n).inputs;
    const auto bias = static_cast<size_t>(def->quant.bias);
    const bool has_bias = bias < inputs.size() && inputs[bias] >= 0;
    return is_own(inputs[def->quant.weights]) &&
           (!has_bias || (is_float_constant(model_, op(n), def->quant.bias) && is_own(inputs[bias])));
  }

  std::optional<Pair> pair_from(size_t first) {
    using Activation = tflite::ActivationFunctionType;
    if (!has_own_weights(first)) return std::nullopt;
    Pair pair{.first = first, .second = first, .between = {}};
    for (size_t n = first;; n = pair.second) {
      const auto clamp = clamp_of(model_, op(n));
      if (clamp != Activation::NONE && clamp != Activation::RELU && clamp != Activation::RELU6) return std::nullopt;
      pair.clamps_at_6 |= clamp == Activation::RELU6;
      const int32_t out = op(n).outputs[0];
      const auto known = stats_.details.find(names_[out]);
      if (uses_[out] != 1 || known == stats_.details.end() || !stats_.tensors.contains(names_[out])) {
        return std::nullopt;
      }
      const auto& channels = known->second.channel_max;
      if (channels.empty() || (!pair.between.empty() && channels.size() != details(pair, 0).channel_max.size())) {
        return std::nullopt;
      }
      pair.between.push_back(out);
      pair.second = readers_[out];
      const OpCode code = op_code(model_, op(pair.second));
      if (code != OpCode::RELU && code != OpCode::RELU6 && code != OpCode::PAD) break;
    }
    if (!has_own_weights(pair.second) || op(pair.second).inputs[0] != pair.between.back()) return std::nullopt;
    const size_t channels = details(pair, 0).channel_max.size();
    const bool fits = static_cast<size_t>(weights(pair.first).shape[rule(pair.first).channel_axis]) == channels &&
                      for_each_weight(weights(pair.second).shape, rule(pair.second), channels, [](auto...) {});
    return fits ? std::optional(pair) : std::nullopt;
  }

  const Tensor& weights(size_t n) const { return *graph(model_).tensors[op(n).inputs[rule(n).weights]]; }

  std::span<float> values(int32_t tensor) {
    auto& bytes = model_.buffers[graph(model_).tensors[tensor]->buffer]->data;
    return {reinterpret_cast<float*>(bytes.data()), bytes.size() / sizeof(float)};
  }
  std::span<float> weight_values(size_t n) { return values(op(n).inputs[rule(n).weights]); }
  std::span<float> bias_values(size_t n) {
    const auto slot = static_cast<size_t>(rule(n).bias);
    return slot < op(n).inputs.size() && op(n).inputs[slot] >= 0 ? values(op(n).inputs[slot]) : std::span<float>();
  }

  // Scales each channel; returns the largest |log(scale)|.
  double balance(const Pair& pair) {
    const size_t count = details(pair, 0).channel_max.size();
    const auto scales = channel_scales(pair, count);
    double change = 0;
    for (const double scale : scales) change = std::max(change, std::abs(std::log(scale)));
    if (change == 0) return 0;

    const ChannelView view =
        channel_view(weights(pair.first).shape, static_cast<size_t>(rule(pair.first).channel_axis));
    auto first = weight_values(pair.first);
    for (size_t i = 0; i < first.size(); ++i) divide(first[i], scales[i / view.inner % count]);
    auto bias = bias_values(pair.first);
    for (size_t i = 0; i < bias.size(); ++i) divide(bias[i], scales[i]);
    auto second = weight_values(pair.second);
    for_each_weight(weights(pair.second).shape, rule(pair.second), count,
                    [&](size_t channel, size_t, size_t i) { divide(second[i], 1 / scales[channel]); });
    for (size_t i = 0; i < pair.between.size(); ++i) rescale(pair.between[i], scales);
    return change;
  }

  static void divide(float& value, double scale) { value = static_cast<float>(value / scale); }

  // By what to divide each channel: the square root of how much of its quantizers' ranges the first operator's channel
  // takes, over how much the second one's takes.
  std::vector<double> channel_scales(const Pair& pair, size_t count) {
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
    const ChannelView view =
        channel_view(weights(pair.first).shape, static_cast<size_t>(rule(pair.first).channel_axis));
    const auto out_weights = channel_max_abs(weight_values(pair.first), view);
    const double most_out = std::ranges::max(out_weights);
    std::vector<double> in_weights(count);
    const auto second = weight_values(pair.second);
    for_each_weight(weights(pair.second).shape, rule(pair.second), count, [&](size_t channel, size_t, size_t i) {
      in_weights[channel] = std::max(in_weights[channel], std::abs(double{second[i]}));
    });
    const double most_in = std::ranges::max(in_weights);

    std::vector<double> scales(count, 1);
    if (!(most_seen > 0) || !(most_out > 0) || !(most_in > 0)) return scales;
    // Each output channel's weights have a scale of their own and need no help.
    const bool own_scales = spec_.per_channel;
    const auto bias = bias_values(pair.first);
    double most_after = 0;
    std::vector<bool> moves(count);
    for (size_t c = 0; c < count; ++c) {
      if (pair.clamps_at_6 && seen[c] >= 6) continue;
      // The bias counts for channels that RELU never lets through: no one sees how large they get.
      const double reached = std::max(seen[c], bias.empty() ? 0 : std::abs(double{bias[c]}));
      const double first = std::max(own_scales ? 0 : out_weights[c] / most_out, reached / most_seen);
      const double second_share = own_scales && is_depthwise(rule(pair.second)) ? 1 : in_weights[c] / most_in;
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
  std::vector<size_t> readers_;  // by tensor: the last operator that reads it
  std::vector<size_t> uses_;     // by tensor
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
