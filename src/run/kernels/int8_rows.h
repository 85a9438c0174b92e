// Where the INT8 kernels take rows of activations from.
#pragma once

#include <algorithm>

#include "run/kernels/int8_dot.h"

namespace webquant::int8_dot {

/// Rows of activations that lie at a fixed distance from each other. Rows from `count` on repeat the last one.
struct MatrixRows {
  const int8_t* a;
  size_t stride, count;

  static size_t taps() { return 1; }

  /// Interleaves a block, or one row, beginning with row `first`. Returns where it ends.
  template <size_t kUsed, class Form>
  int8_t* interleave(const Form& form, size_t first, size_t channels, int8_t* out) const {
    const int8_t* rows[kUsed];
    for (size_t i = 0; i < kUsed; ++i) rows[i] = a + std::min(first + i, count - 1) * stride;
    return int8_dot::interleave(form, rows, channels, out);
  }
};

/// Rows of a convolution's windows. A window has a tap for each of its elements: for each tap there are pointers for
/// `tile` rows, all of them to be moved by `offset` except `zero`, which stands for the padding.
struct WindowRows {
  const int8_t* const* pointers;
  size_t tap_count, tile, offset;
  const int8_t *zero, *padding;
  size_t count;

  size_t taps() const { return tap_count; }

  template <size_t kUsed, class Form>
  int8_t* interleave(const Form& form, size_t first, size_t channels, int8_t* out) const {
    size_t index[kUsed];
    for (size_t i = 0; i < kUsed; ++i) index[i] = std::min(first + i, count - 1);
    for (size_t tap = 0; tap < tap_count; ++tap) {
      const int8_t* rows[kUsed];
      for (size_t i = 0; i < kUsed; ++i) {
        const int8_t* row = pointers[tap * tile + index[i]];
        rows[i] = row == zero ? padding : row + offset;
      }
      // Images have few channels.
      if constexpr (kUsed > 1 && Form::kGroup == kDepth) {
        if (channels <= kDepth) {
          out = interleave_step(form, rows, out);
          continue;
        }
      }
      out = int8_dot::interleave(form, rows, channels, out);
    }
    return out;
  }

 private:
  template <class Form, size_t kUsed>
  static int8_t* interleave_step(const Form& form, const int8_t* const (&rows)[kUsed], int8_t* out) {
    v128_t step = wasm_v128_load32_zero(rows[0]);
    step = wasm_v128_load32_lane(rows[1], step, 1);
    step = wasm_v128_load32_lane(rows[2], step, 2);
    step = wasm_v128_load32_lane(rows[3], step, 3);
    wasm_v128_store(out, form.flipped(step));
    if constexpr (kUsed == 6) {
      const v128_t rest = wasm_v128_load32_lane(rows[5], wasm_v128_load32_zero(rows[4]), 1);
      wasm_v128_store64_lane(out + 4 * kRowBytes, form.flipped(rest), 0);
    }
    return out + kUsed * kRowBytes;
  }
};

}  // namespace webquant::int8_dot
