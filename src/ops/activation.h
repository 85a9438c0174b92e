// Activations that are fused into operators.
#pragma once

#include <utility>

#include "model/model.h"

namespace webquant {

/// [min, max] that a fused activation clamps to; infinite where it does not. TANH and SIGN_BIT do not clamp.
struct ActivationRange {
  float min, max;
};
ActivationRange activation_range(tflite::ActivationFunctionType activation);

/// Where the options hold the activation fused into an operator; null where they have no such field.
const tflite::ActivationFunctionType* fused_activation_field(const Operator& op);
inline tflite::ActivationFunctionType* fused_activation_field(Operator& op) {
  return const_cast<tflite::ActivationFunctionType*>(fused_activation_field(std::as_const(op)));
}

/// The activation fused into an operator, or NONE.
inline tflite::ActivationFunctionType fused_activation(const Operator& op) {
  const auto* field = fused_activation_field(op);
  return field ? *field : tflite::ActivationFunctionType::NONE;
}

/// Whether the activation (or its absence) is a clamp, which integer kernels can do.
inline bool is_clamp(tflite::ActivationFunctionType a) {
  return a != tflite::ActivationFunctionType::TANH && a != tflite::ActivationFunctionType::SIGN_BIT;
}

}  // namespace webquant
