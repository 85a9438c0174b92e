// What the rows of convolutions and pools have in common.
#pragma once

#include "model/model.h"

namespace webquant::test {

/// Strides and dilations; vertical before horizontal.
struct Window {
  int stride_h = 1, stride_w = 1;
  int dilation_h = 1, dilation_w = 1;
  tflite::Padding padding = tflite::Padding::SAME;
  tflite::ActivationFunctionType activation = tflite::ActivationFunctionType::NONE;
  bool bias = true;
};

}  // namespace webquant::test
