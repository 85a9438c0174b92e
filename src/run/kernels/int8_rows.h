// Where the INT8 kernels take rows of activations from.
#pragma once

#include <algorithm>
#include <memory>

#include "run/kernels/int8_dot.h"

namespace webquant::int8_dot {

/// Interleaved rows. Operators run one after the other, so one buffer serves them all; see ExtraWeights::reserve_rows.
inline std::unique_ptr<int8_t[]> scratch;

/// Rows of activations that lie at a fixed distance from each other. Rows beyond `count` repeat the last one.
struct MatrixRows {
  const int8_t* rows[kRows];

  MatrixRows(const int8_t* a, size_t stride, size_t count) {
    for (size_t i = 0; i < kRows; ++i) rows[i] = a + std::min(i, count - 1) * stride;
  }
  /// Returns where the interleaved rows end.
  template <class Form>
  int8_t* interleave(size_t channels) const {
    return int8_dot::interleave<Form>(rows, channels, scratch.get());
  }
};

/// Rows of a convolution's windows. A window has a tap for each of its elements: for each tap there are pointers for
/// `count` rows, all of them to be moved by `offset` except `zero`, which stands for the padding.
struct WindowRows {
  const int8_t* const* pointers;
  size_t taps, count, offset;
  const int8_t *zero, *padding;

  template <class Form>
  int8_t* interleave(size_t channels) const {
    int8_t* out = scratch.get();
    for (size_t tap = 0; tap < taps; ++tap) {
      const int8_t* rows[kRows];
      for (size_t i = 0; i < kRows; ++i) {
        const int8_t* row = pointers[tap * count + std::min(i, count - 1)];
        rows[i] = row == zero ? padding : row + offset;
      }
      out = int8_dot::interleave<Form>(rows, channels, out);
    }
    return out;
  }
};

}  // namespace webquant::int8_dot
