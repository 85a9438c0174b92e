// A model that one scale a tensor cannot hold, as some trained networks are.
#pragma once

#include "model/model.h"

namespace webquant::networks {

/// RELU in place of each fused RELU6, which would clamp channels of another size elsewhere.
Model without_relu6(Model model);

/// A float model with the function of `model`, in which each channel between two operators with weights is multiplied
/// by a power of two from 1/32 to 32 and divided by it again: exact in float. Channels that RELU6 clamps stay as they
/// are. The factors are the same on every run.
Model hostile_to_int8(Model model);

}  // namespace webquant::networks
