// Camera frames to input tensors: crop, resample, normalise.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tensor.h"

namespace webquant {

/// 8-bit pixels, rows top to bottom, channels interleaved: 1 gray, 3 RGB or 4 RGBA (alpha is ignored).
struct Frame {
  std::span<const uint8_t> data;
  int width, height, channels;
};

enum class Channels { kRgb, kBgr, kGray };

struct FrameSpec {
  int width, height;          // of the result
  bool center_crop = true;    // cut the largest centred window of the result's aspect ratio; otherwise the whole frame is stretched
  bool bilinear = true;       // bilinear with half-pixel centres, anti-aliased when it shrinks; otherwise nearest neighbour
  float mean[3] = {0, 0, 0};  // per channel, in pixel units (0..255)
  float std[3] = {1, 1, 1};
  Channels channels = Channels::kRgb;
};

/// NHWC float: (pixel - mean) / std. `out` has width * height * (1 or 3) elements.
/// Throws invalid-input for sizes that do not fit together or are not positive.
void frame_to_tensor(const Frame& frame, const FrameSpec& spec, std::span<float> out);

/// The same, rounded half away from zero and saturated to the type's range.
void frame_to_tensor(const Frame& frame, const FrameSpec& spec, std::span<uint8_t> out);
void frame_to_tensor(const Frame& frame, const FrameSpec& spec, std::span<int8_t> out);

}  // namespace webquant
