#include "quantize/warnings.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "ops/activation.h"
#include "ops/table.h"
#include "quantize/fuse.h"

namespace webquant {
namespace {

constexpr uint64_t kEnoughSamples = 32;
// How many times as large as the rest something is before it is worth a word.
constexpr double kOutlier = 4;
constexpr double kLargeChannel = 16;
// Up to one channel in so many never changes in sound networks, too.
constexpr size_t kFewChannels = 32;
// Of the values of a clamped tensor, the share of the clamp's end that their mean has.
constexpr double kSaturated = 0.4;

// Three digits.
std::string rounded(double value) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::general, 3).ptr};
}

double magnitude(const TensorDetails& details, size_t channel) {
  return std::max(std::abs(double{details.channel_min[channel]}), std::abs(double{details.channel_max[channel]}));
}

class Warnings {
 public:
  Warnings(const Model& model, const Stats& stats) : model_(model), stats_(stats), names_(tensor_names(model)) {}

  std::vector<std::string> all() {
    if (stats_.samples < kEnoughSamples) {
      add(text("calibrated on ", stats_.samples, stats_.samples == 1 ? " sample; " : " samples; ", kEnoughSamples,
               " or more make ranges that hold for others too"));
    }
    for (const int32_t input : graph(model_).inputs) tensor(input, text("input \"", names_[input], "\""));
    for (size_t n = 0; n < graph(model_).operators.size(); ++n) {
      for (const int32_t output : graph(model_).operators[n]->outputs) {
        channels(n, output);
        tensor(output, op_label(model_, n));
      }
    }
    saturation();
    return std::move(out_);
  }

 private:
  void add(std::string warning) { out_.push_back(std::move(warning)); }

  const TensorDetails* details(int32_t tensor) const {
    const auto found = stats_.details.find(names_[tensor]);
    return found == stats_.details.end() ? nullptr : &found->second;
  }

  // Where the ends of the range are seldom reached. Other methods than min-max leave such ends out.
  void tensor(int32_t index, const std::string& label) {
    const TensorDetails* seen = details(index);
    const auto found = stats_.tensors.find(names_[index]);
    if (!seen || found == stats_.tensors.end() || stats_.options.method != Method::kMinMax || stats_.samples < 2)
      return;
    const auto [low, high] = std::pair<double, double>(found->second.min, found->second.max);
    const auto others = static_cast<double>(stats_.samples - 1);
    const double usual_low = (seen->min_sum - low) / others, usual_high = (seen->max_sum - high) / others;
    if (high - low > kOutlier * (usual_high - usual_low) && usual_high > usual_low) {
      add(text(label, ": its range, ", rounded(low), " to ", rounded(high), ", is that of few samples; others reach ",
               rounded(usual_low), " to ", rounded(usual_high),
               " on average. Look at the samples, or calibrate with method \"percentile\""));
    }
  }

  std::vector<size_t> constant_channels(int32_t tensor) const {
    std::vector<size_t> out;
    const TensorDetails* seen = details(tensor);
    if (!seen || stats_.samples < 2) return out;
    for (size_t c = 0; c < seen->channel_min.size(); ++c) {
      if (seen->channel_min[c] == seen->channel_max[c]) out.push_back(c);
    }
    return out;
  }

  void channels(size_t n, int32_t output) {
    const OpDef* def = find_op(op_code(model_, *graph(model_).operators[n]));
    const TensorDetails* seen = details(output);
    if (!def || def->quant.weights < 0 || !seen || seen->channel_min.size() < 2) return;
    const size_t count = seen->channel_min.size();
    const auto constant = constant_channels(output);
    const int32_t data = graph(model_).operators[n]->inputs[static_cast<size_t>(def->quant.data)];
    const bool is_many = constant.size() * kFewChannels > count;
    // A depthwise convolution passes on what its input has, of which there was a word already.
    if (is_many && constant != constant_channels(data)) {
      add(text(op_label(model_, n), ": ", constant.size(), " of ", count, " channels never change (the first is ",
               constant.front(), ", always ", rounded(seen->channel_min[constant.front()]), ")"));
    }
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::partial_sort(order, order.begin() + 2, std::greater<>(),
                              [&](size_t c) { return magnitude(*seen, c); });
    const double largest = magnitude(*seen, order[0]), next = magnitude(*seen, order[1]);
    if (largest > kLargeChannel * next && next > 0) {
      add(text(op_label(model_, n), ": channel ", order[0], " reaches ", rounded(largest), ", the others at most ",
               rounded(next), "; one scale for all leaves them few steps. Try equalize: true"));
    }
  }

  // A network whose first clamp lets only its ends through is fed with other numbers than it was trained on.
  void saturation() {
    for (size_t n = 0; n < graph(model_).operators.size(); ++n) {
      const Operator& op = *graph(model_).operators[n];
      const auto clamp = clamp_of(model_, op);
      if (!is_clamp(clamp) || !std::isfinite(activation_range(clamp).max)) continue;
      const TensorDetails* seen = details(op.outputs[0]);
      if (!seen || seen->channel_sum.empty()) return;
      const double sum = std::accumulate(seen->channel_sum.begin(), seen->channel_sum.end(), 0.0);
      const double mean = sum / static_cast<double>(stats_.samples) / static_cast<double>(seen->channel_sum.size());
      const double end = activation_range(clamp).max;
      if (mean > kSaturated * end && std::isfinite(mean)) {
        add(text(op_label(model_, n), ": most of its values are clamped (their mean is ", rounded(mean), " of at most ",
                 rounded(end), "). Are the inputs normalised as the model expects?", input_ranges()));
      }
      return;
    }
  }

  std::string input_ranges() const {
    std::string out;
    for (const int32_t input : graph(model_).inputs) {
      const auto found = stats_.tensors.find(names_[input]);
      if (found == stats_.tensors.end()) continue;
      out += text(" \"", names_[input], "\" has values from ", rounded(found->second.min), " to ",
                  rounded(found->second.max));
    }
    return out;
  }

  const Model& model_;
  const Stats& stats_;
  std::vector<std::string> names_;
  std::vector<std::string> out_;
};

}  // namespace

std::vector<std::string> calibration_warnings(const Model& model, const Stats& stats) {
  return Warnings(model, stats).all();
}

}  // namespace webquant
