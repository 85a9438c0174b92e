// Padding, of windows and by operators.
#pragma once

#include <cstdint>

#include "model/model.h"

namespace webquant {

/// Padding before and after along one axis of a convolution or pooling window.
struct WindowPadding {
  int32_t before, after;
};
WindowPadding window_padding(tflite::Padding padding, int32_t input, int32_t kernel, int32_t stride, int32_t dilation);

/// Whether an operator is a PADV2 with a constant that stands for infinity: infinite, or close to the largest float.
bool pads_unbounded(const Model& model, const Operator& op);

}  // namespace webquant
