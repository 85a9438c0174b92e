// How windows slide over an image. Used by the families conv and pool.
#pragma once

#include <algorithm>
#include <cstddef>

#include "model/model.h"

namespace webquant::test {

/// One axis of a sliding window: position `out` covers the inputs start(out) + k * dilation for k <
// kernel.
struct Axis {
  Axis(tflite::Padding padding, int input, int kernel, int stride, int dilation)
      : input(input), kernel(kernel), stride(stride), dilation(dilation) {
    const int effective = (kernel - 1) * dilation + 1;
    if (padding == tflite::Padding::SAME) {
      output = (input + stride - 1) / stride;
      before = std::max((output - 1) * stride + effective - input, 0) / 2;
    } else {
      output = (input - effective + stride) / stride;
    }
  }
  // The input that tap `k` reads, or -1 in the padding.
  int at(int out, int k) const {
    const int position = out * stride - before + k * dilation;
    return position >= 0 && position < input ? position : -1;
  }
  int input, kernel, stride, dilation, output = 0, before = 0;
};

// Calls visit(output index, input index, y, x) for every tap that reads the image; both indices
// without the channel.
void for_each_tap(int batch, const Axis& rows, const Axis& columns, auto&& visit) {
  for (int n = 0; n < batch; ++n) {
    for (int oy = 0; oy < rows.output; ++oy) {
      for (int ox = 0; ox < columns.output; ++ox) {
        const size_t out = (static_cast<size_t>(n) * rows.output + oy) * columns.output + ox;
        for (int ky = 0; ky < rows.kernel; ++ky) {
          for (int kx = 0; kx < columns.kernel; ++kx) {
            const int y = rows.at(oy, ky), x = columns.at(ox, kx);
            if (y < 0 || x < 0) continue;
            visit(out, (static_cast<size_t>(n) * rows.input + y) * columns.input + x, ky, kx);
          }
        }
      }
    }
  }
}

}  // namespace webquant::test
