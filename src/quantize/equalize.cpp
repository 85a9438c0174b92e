#include "quantize/equalize.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/quant_math.h"
#include "calibrate/range.h"
#include "quantize/channel_pairs.h"

namespace webquant {
namespace {

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

}  // namespace webquant
