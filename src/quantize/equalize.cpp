#include "quantize/equalize.h"

#include <algorithm>
#include <cmath>
#include <limits>
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

  // By channel, the largest magnitudes of what a division touches.
  struct Magnitudes {
    std::vector<double> seen;            // of the values that the second operator reads
    std::vector<double> weights, bias;   // of the first operator
    std::vector<double> second_weights;  // of those weights of the second operator that meet the channel
  };

  Magnitudes magnitudes_of(const ChannelPair& pair) {
    Magnitudes out;
    const TensorDetails& seen = details(pair, pair.between.size() - 1);
    for (size_t c = 0; c < pair.channels; ++c) {
      out.seen.push_back(std::max(std::abs(double{seen.channel_min[c]}), std::abs(double{seen.channel_max[c]})));
    }
    const auto axis = static_cast<size_t>(quant_rule(model_, pair.first).channel_axis);
    const auto weights =
        channel_max_abs(weight_values(model_, pair.first), channel_view(weights_of(model_, pair.first).shape, axis));
    out.weights.assign(weights.begin(), weights.end());
    for (const float bias : bias_values(model_, pair.first)) out.bias.push_back(std::abs(double{bias}));
    out.bias.resize(pair.channels);
    out.second_weights.resize(pair.channels);
    const auto second = weight_values(model_, pair.second);
    for_each_weight(weights_of(model_, pair.second).shape, quant_rule(model_, pair.second), pair.channels,
                    [&](size_t channel, size_t, size_t i) {
                      double& largest = out.second_weights[channel];
                      largest = std::max(largest, std::abs(double{second[i]}));
                    });
    return out;
  }

  // By what to divide each channel: the square root of how much of its quantizers' ranges the first operator's channel
  // takes, over how much the second one's takes.
  std::vector<double> channel_scales(const ChannelPair& pair) {
    const Magnitudes of = magnitudes_of(pair);
    const double most_seen = std::ranges::max(of.seen), most_out = std::ranges::max(of.weights),
                 most_in = std::ranges::max(of.second_weights);
    const std::vector<double> unchanged(pair.channels, 1);
    if (!(most_seen > 0) || !(most_out > 0) || !(most_in > 0)) return unchanged;
    // Each output channel's weights have a scale of their own and need no help.
    const bool own_scales = spec_.per_channel;
    const bool own_second_scales = own_scales && is_depthwise(quant_rule(model_, pair.second));
    std::vector<double> scales = unchanged;
    std::vector<bool> moves(pair.channels);
    double most_after = 0;
    for (size_t c = 0; c < pair.channels; ++c) {
      if (pair.clamps_at_6 && of.seen[c] >= 6) continue;
      // The bias counts for channels that RELU never lets through: nobody sees how large they get.
      const double reached = std::max(of.seen[c], of.bias[c]);
      const double first = std::max(own_scales ? 0 : of.weights[c] / most_out, reached / most_seen);
      const double second = own_second_scales ? 1 : of.second_weights[c] / most_in;
      if (first == 0 || second == 0) continue;
      moves[c] = true;
      scales[c] = std::clamp(std::sqrt(first / second), 0x1p-8, 0x1p8);
      most_after = std::max(most_after, of.seen[c] / scales[c]);
    }
    // The tensor's range stays, or shrinks.
    for (size_t c = 0; c < pair.channels; ++c) {
      if (moves[c] && most_after > 0) scales[c] *= most_after / most_seen;
    }
    // Where values come near the ends of what a float holds, the pair stays as it is.
    for (size_t c = 0; c < pair.channels; ++c) {
      const double largest = std::max({of.seen[c], of.weights[c], of.bias[c]});
      if (!is_moderate(largest / scales[c]) || !is_moderate(of.second_weights[c] * scales[c])) return unchanged;
    }
    return scales;
  }

  static bool is_moderate(double magnitude) { return magnitude < std::numeric_limits<float>::max() / 2; }

  static void divide(float& value, double scale) { value = narrowed(value / scale); }

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
    stats = {.min = narrowed(low * std::ranges::min(seen.channel_min)),
             .max = narrowed(high * std::ranges::max(seen.channel_max))};
  }

  Model& model_;
  const QuantSpec& spec_;
  Stats& stats_;
  std::vector<std::string> names_;
};

}  // namespace

void equalize(Model& model, const QuantSpec& spec, Stats& stats) { Equalizer(model, spec, stats).run(); }

}  // namespace webquant
