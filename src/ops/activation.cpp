#include "ops/activation.h"

#include <limits>

namespace webquant {
ActivationRange activation_range(tflite::ActivationFunctionType activation) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  switch (activation) {
    case tflite::ActivationFunctionType::RELU:
      return {0, inf};
    case tflite::ActivationFunctionType::RELU6:
      return {0, 6};
    case tflite::ActivationFunctionType::RELU_N1_TO_1:
      return {-1, 1};
    default:
      return {-inf, inf};
  }
}

const tflite::ActivationFunctionType* fused_activation_field(const Operator& op) {
  const auto& o = op.builtin_options;
  if (const auto* options = o.AsConv2DOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsDepthwiseConv2DOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsTransposeConvOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsFullyConnectedOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsAddOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsSubOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsDivOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsL2NormOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsMulOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsPool2DOptions()) return &options->fused_activation_function;
  if (const auto* options = o.AsConcatenationOptions()) return &options->fused_activation_function;
  return nullptr;
}

}  // namespace webquant
