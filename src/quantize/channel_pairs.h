// Operators with weights, and the channels that lead from one to the next.
#pragma once

#include <span>
#include <vector>

#include "ops/op.h"

namespace webquant {

inline bool is_depthwise(const QuantRule& rule) { return rule.channel_axis == 3; }

/// Which input channel each weight meets: for weights O..I with groups, or 1HWO for depthwise ones. Calls
/// visit(input channel, output channel, index of the weight); false when the sizes do not fit together.
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

/// Of an operator of the table.
const QuantRule& quant_rule(const Model& model, size_t op);

/// The float weights of an operator that has such; its bias, empty where there is none.
const Tensor& weights_of(const Model& model, size_t op);
std::span<const float> weight_values(const Model& model, size_t op);
std::span<const float> bias_values(const Model& model, size_t op);

/// Two operators with float weights that are theirs alone, one of which feeds only the other, through nothing but RELU,
/// RELU6 and padding.
struct ChannelPair {
  size_t first, second;          // operators
  std::vector<int32_t> between;  // the tensors from the one to the other
  size_t channels;               // of these tensors
  bool clamps_at_6 = false;
};

/// All pairs, in the order of their first operators.
std::vector<ChannelPair> channel_pairs(const Model& model);

/// Divides each channel between the two by its scale (> 0), in the first one's weights and bias, and multiplies the
/// second one's weights by it: the function stays the same where no RELU6 comes between. `scales`: one a channel.
void divide_channels(Model& model, const ChannelPair& pair, std::span<const double> scales);

}  // namespace webquant
