#include "quantize/channel_pairs.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/quant_math.h"
#include "ops/table.h"
#include "quantize/constants.h"
#include "quantize/fuse.h"

namespace webquant {
namespace {

const Operator& operator_at(const Model& model, size_t n) { return *graph(model).operators[n]; }

// The tensor in an operator's input slot; -1 where it has none.
int32_t tensor_in(const Model& model, size_t n, int8_t slot) {
  const auto& inputs = operator_at(model, n).inputs;
  return slot >= 0 && static_cast<size_t>(slot) < inputs.size() ? inputs[static_cast<size_t>(slot)] : -1;
}

class PairFinder {
 public:
  explicit PairFinder(const Model& model) : model_(model) {
    const Graph& g = graph(model);
    readers_.resize(g.tensors.size());
    uses_.resize(g.tensors.size());
    for (size_t n = 0; n < g.operators.size(); ++n) {
      for (const int32_t input : g.operators[n]->inputs) {
        if (input < 0) continue;
        ++uses_[input];
        readers_[input] = n;
      }
    }
    for (const int32_t output : g.outputs) ++uses_[output];
  }

  std::optional<ChannelPair> pair_from(size_t first) const {
    using Activation = tflite::ActivationFunctionType;
    if (!has_own_weights(first)) return std::nullopt;
    const auto axis = static_cast<size_t>(quant_rule(model_, first).channel_axis);
    const auto channels = static_cast<size_t>(weights_of(model_, first).shape[axis]);
    ChannelPair pair{.first = first, .second = first, .between = {}, .channels = channels};
    for (size_t n = first;; n = pair.second) {
      const auto clamp = clamp_of(model_, operator_at(model_, n));
      if (clamp != Activation::NONE && clamp != Activation::RELU && clamp != Activation::RELU6) return std::nullopt;
      pair.clamps_at_6 |= clamp == Activation::RELU6;
      const int32_t out = operator_at(model_, n).outputs[0];
      if (uses_[out] != 1 || std::ranges::count(graph(model_).outputs, out) != 0) return std::nullopt;
      pair.between.push_back(out);
      pair.second = readers_[out];
      const OpCode code = op_code(model_, operator_at(model_, pair.second));
      if (code != OpCode::RELU && code != OpCode::RELU6 && code != OpCode::PAD) break;
    }
    if (!has_own_weights(pair.second) || tensor_in(model_, pair.second, 0) != pair.between.back()) return std::nullopt;
    const Shape& shape = weights_of(model_, pair.second).shape;
    const bool fits = for_each_weight(shape, quant_rule(model_, pair.second), channels, [](auto...) {});
    return fits ? std::optional(pair) : std::nullopt;
  }

 private:
  // Weights, and a bias if there is one, that belong to this operator alone.
  bool has_own_weights(size_t n) const {
    const Operator& op = operator_at(model_, n);
    const OpDef* def = find_op(op_code(model_, op));
    if (!def || def->quant.weights < 0 || tensor_in(model_, n, def->quant.weights) < 0) return false;
    if (weights_of(model_, n).shape.size() <= static_cast<size_t>(def->quant.channel_axis)) return false;
    const auto is_own = [&](int8_t slot) {
      if (!is_float_constant(model_, op, slot)) return false;
      const int32_t tensor = tensor_in(model_, n, slot);
      const uint32_t buffer = graph(model_).tensors[tensor]->buffer;
      return uses_[tensor] == 1 &&
             std::ranges::count(graph(model_).tensors, buffer, [](const auto& t) { return t->buffer; }) == 1;
    };
    return is_own(def->quant.weights) && (tensor_in(model_, n, def->quant.bias) < 0 || is_own(def->quant.bias));
  }

  const Model& model_;
  std::vector<size_t> readers_;  // by tensor: the last operator that reads it
  std::vector<size_t> uses_;     // by tensor
};

}  // namespace

const QuantRule& quant_rule(const Model& model, size_t op) {
  return find_op(op_code(model, operator_at(model, op)))->quant;
}

const Tensor& weights_of(const Model& model, size_t op) {
  return *graph(model).tensors[tensor_in(model, op, quant_rule(model, op).weights)];
}

std::span<const float> weight_values(const Model& model, size_t op) {
  return constant_values<float>(model, weights_of(model, op));
}

std::span<const float> bias_values(const Model& model, size_t op) {
  const int32_t bias = tensor_in(model, op, quant_rule(model, op).bias);
  return bias < 0 ? std::span<const float>() : constant_values<float>(model, *graph(model).tensors[bias]);
}

std::vector<ChannelPair> channel_pairs(const Model& model) {
  const PairFinder finder(model);
  std::vector<ChannelPair> pairs;
  for (size_t n = 0; n < graph(model).operators.size(); ++n) {
    if (auto pair = finder.pair_from(n)) pairs.push_back(std::move(*pair));
  }
  return pairs;
}

void divide_channels(Model& model, const ChannelPair& pair, std::span<const double> scales) {
  const auto values = [&](size_t op, int8_t slot) {
    const int32_t tensor = tensor_in(model, op, slot);
    if (tensor < 0) return std::span<float>();
    auto& bytes = own_buffer_bytes(model, graph(model).tensors[tensor]->buffer);
    return std::span(reinterpret_cast<float*>(bytes.data()), bytes.size() / sizeof(float));
  };
  const auto divide = [](float& value, double scale) { value = narrowed(value / scale); };
  const QuantRule &first_rule = quant_rule(model, pair.first), &second_rule = quant_rule(model, pair.second);
  const auto axis = static_cast<size_t>(first_rule.channel_axis);
  const ChannelView view = channel_view(weights_of(model, pair.first).shape, axis);
  const auto first = values(pair.first, first_rule.weights);
  for (size_t i = 0; i < first.size(); ++i) divide(first[i], scales[i / view.inner % pair.channels]);
  const auto bias = values(pair.first, first_rule.bias);
  for (size_t i = 0; i < bias.size(); ++i) divide(bias[i], scales[i]);
  const auto second = values(pair.second, second_rule.weights);
  for_each_weight(weights_of(model, pair.second).shape, second_rule, pair.channels,
                  [&](size_t channel, size_t, size_t i) { divide(second[i], 1 / scales[channel]); });
}

}  // namespace webquant
