// Static INT8 depthwise convolutions of 3 x 3 and 5 x 5 windows: any stride, dilation and padding, one output channel
// for each input channel.
//
// The sums are those of int8_dot.h: 4 (Dot, Bytes) or 2 (Words) neighbouring rows of a column are interleaved, 16
// channels at a time, so that one instruction multiplies and adds them. A column is interleaved once and used by all
// windows that it is part of; with a stride of 1 it serves the windows of two rows of the output, for which the weights
// lie one row lower. In Bytes, where sums of two products saturate, it serves one, and a row that lies beside another
// comes a second time, so that its weight can be divided between the two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "run/kernels/int8_dot.h"

namespace webquant {

/// Channels computed together.
constexpr size_t kDepthwiseChannels = 16;

/// Whether two rows of the output may be computed together. In Words, windows of 3 x 3 elements come here only if they
/// are dilated.
constexpr bool has_two_rows(int8_dot::FormId form, size_t window) {
  return form == int8_dot::FormId::kDot || (form == int8_dot::FormId::kWords && window == 5);
}

struct alignas(v128_t) DepthwiseConvolution {
  // What create_...() sets.
  size_t channels, window;  // the window's height and width: 3 or 5
  size_t stride_y, stride_x, dilation_y, dilation_x, padding_top, padding_left;
  int8_dot::FormId form;
  int16_t output_zero_point, output_min, output_max;
  KernelMemory* memory;

  // What depends on the input's shape and where it lies.
  size_t height, width, output_height, output_width;
  const int8_t *input, *zero;  // zero: a pixel of the padding
  int8_t* output;

  /// How many rows of the output are computed together.
  size_t rows_at_once() const { return form != int8_dot::FormId::kBytes && stride_y == 1 && dilation_y == 1 ? 2 : 1; }
  /// The scratch memory that it takes.
  uint64_t scratch_bytes() const;
  /// The size of this and of the packed weights, which are behind it.
  size_t size_bytes() const;
  int8_t* packed() { return reinterpret_cast<int8_t*>(this + 1); }
  const int8_t* packed() const { return reinterpret_cast<const int8_t*>(this + 1); }
};

/// What is known of a channel. The start is what its sum starts at: its bias without the input's zero point.
struct DepthwiseChannel {
  int32_t start;
  float scale;
  const int8_t* weights;  // by column, then by row
  size_t stride;          // from one weight to the next
};

/// Packs weights and scales. `channel_at` is asked for the channels 0 to `channels` - 1.
void pack_depthwise(DepthwiseConvolution& convolution, const std::function<DepthwiseChannel(size_t)>& channel_at);

/// Computes rows_at_once() rows of the output of one image; `block` counts these.
void run_depthwise(const DepthwiseConvolution* convolution, size_t image, size_t block);

}  // namespace webquant
