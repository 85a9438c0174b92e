#include "hostile.h"

#include <cmath>
#include <random>

#include "ops/activation.h"
#include "quantize/channel_pairs.h"

namespace webquant::networks {

Model without_relu6(Model model) {
  using Activation = tflite::ActivationFunctionType;
  for (const auto& op : graph(model).operators) {
    auto* activation = fused_activation_field(*op);
    if (activation && *activation == Activation::RELU6) *activation = Activation::RELU;
  }
  return model;
}

Model hostile_to_int8(Model model) {
  constexpr int kSpread = 5;
  std::mt19937 random(1);  // whose numbers, unlike those of distributions, are the same everywhere
  for (const ChannelPair& pair : channel_pairs(model)) {
    if (pair.clamps_at_6) continue;
    std::vector<double> scales(pair.channels);
    for (double& scale : scales) scale = std::ldexp(1, static_cast<int>(random() % (2 * kSpread + 1)) - kSpread);
    divide_channels(model, pair, scales);
  }
  return model;
}

}  // namespace webquant::networks
