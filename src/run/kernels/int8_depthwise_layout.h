// How the packed weights and the interleaved columns of depthwise convolutions lie in memory.
#pragma once

#include "run/kernels/int8_depthwise.h"

namespace webquant::int8_depthwise {

using int8_dot::FormId;

constexpr size_t kVector = sizeof(v128_t);
constexpr size_t kQuarters = kDepthwiseChannels / 4;  // vectors of 4 channels

inline size_t group_size(FormId form) { return form == FormId::kWords ? 2 : 4; }

/// Which row of the input each lane of a column's groups has, or a number that is too large.
constexpr size_t kNoRow = 255;
constexpr size_t row_of(FormId form, size_t window, size_t lane) {
  constexpr uint8_t kTwice3[] = {0, 1, 2, 1}, kTwice5[] = {0, 1, 2, 3, 4, 1, 3, kNoRow};
  if (form != FormId::kBytes) return lane;
  return window == 3 ? kTwice3[lane] : kTwice5[lane];
}

/// Groups of rows that `count` rows of the output need of a window's column.
constexpr size_t groups_of(size_t window, size_t count, size_t group_size) {
  return (window + count - 1 + group_size - 1) / group_size;
}

inline size_t columns_of(const DepthwiseConvolution& c) {
  return (c.output_width - 1) * c.stride_x + (c.window - 1) * c.dilation_x + 1;
}

/// What is packed for 16 channels.
struct PackedGroup {
  int32_t start[kDepthwiseChannels];
  float scales[kDepthwiseChannels];
  // In Bytes: weights that cannot be divided between the lanes of one vector are divided between those of two.
  bool is_divided;
  // Then for each row of the output that is computed at once or part of the weights, column, group of rows and 4
  // channels: a vector.
  alignas(v128_t) int8_t vectors[];
};

inline size_t vectors_of(const DepthwiseConvolution& c) {
  const size_t parts = c.form == FormId::kBytes ? 2 : 1;
  return parts * c.rows_at_once() * c.window * groups_of(c.window, c.rows_at_once(), group_size(c.form)) * kQuarters;
}

inline size_t group_bytes(const DepthwiseConvolution& c) { return sizeof(PackedGroup) + vectors_of(c) * kVector; }

}  // namespace webquant::int8_depthwise
