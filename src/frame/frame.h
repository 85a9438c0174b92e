// Camera frames to input tensors: crop, resample, normalise.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/tensor.h"

namespace webquant {

/// 8-bit pixels, rows top to bottom, channels interleaved: 1 gray, 3 RGB or 4 RGBA (alpha is ignored).
struct Frame {
  std::span<const uint8_t> data;
  int width, height, channels;
};

enum class Channels { kRgb, kBgr, kGray };

struct FrameSpec {
  int width, height;  // of the result
  bool center_crop =
      true;  // cut the largest centred window of the result's aspect ratio; otherwise the whole frame is stretched
  bool bilinear = true;  // bilinear with half-pixel centres, anti-aliased when it shrinks; otherwise nearest neighbour
  float mean[3] = {0, 0, 0};  // per channel of the result, in its order and in pixel units (0..255)
  float std[3] = {1, 1, 1};
  Channels channels = Channels::kRgb;
};

/// Elements of the result: width * height * (1 or 3). Throws invalid-input when that is not positive or 2^31 or more.
size_t tensor_size(const FrameSpec& spec);

/// NHWC float: (pixel - mean) / std. `out` has tensor_size(spec) elements.
///
/// The window that center_crop cuts has whole pixels: its shorter side is rounded (half up), at least one; of an odd
/// rest, the right or lower margin gets the larger half. Resampling sees nothing outside the window. Shrinking widens
/// the bilinear filter by the factor, as Pillow and tf.image.resize(antialias=True) do; nearest takes pixel floor((i +
/// 0.5) * factor). Gray becomes RGB by repetition, RGB becomes gray as 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
/// Throws invalid-input, naming the frame or the option, for sizes that do not fit together or are not positive, a std
/// of 0, a mean or std that is not finite.
void frame_to_tensor(const Frame& frame, const FrameSpec& spec, std::span<float> out);

/// The same, rounded half away from zero and saturated to the type's range.
void frame_to_tensor(const Frame& frame, const FrameSpec& spec, std::span<uint8_t> out);
void frame_to_tensor(const Frame& frame, const FrameSpec& spec, std::span<int8_t> out);

}  // namespace webquant
