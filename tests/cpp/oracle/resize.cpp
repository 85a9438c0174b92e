// Operators that resize images.
#include <algorithm>
#include <cmath>

#include "oracle/kernels.h"
#include "support/positions.h"

namespace webquant::test {
namespace {

// In float, which decides what is the nearest.
int nearest(int i, int from, int to, const tflite::ResizeNearestNeighborOptionsT& o) {
  const bool between_ends = o.align_corners && to > 1;
  const float scale = float(between_ends ? from - 1 : from) / float(between_ends ? to - 1 : to);
  const float centre = o.half_pixel_centers ? float(i) + 0.5f : float(i);
  const int found = static_cast<int>(o.align_corners ? std::round(centre * scale) : std::floor(centre * scale));
  return std::max(std::min(found, from - 1), 0);
}

}  // namespace

Outputs oracle_RESIZE_BILINEAR(const Node& node) {
  const auto& options = *node.op.builtin_options.AsResizeBilinearOptions();
  const Array &x = node.input(0), &size = node.input(1);
  Array out{x.shape, {}};
  out.shape[1] = static_cast<int32_t>(size.values[0]);
  out.shape[2] = static_cast<int32_t>(size.values[1]);
  // Where an output position lies in the input.
  const auto source = [&](int position, int from, int to) {
    if (options.align_corners && to > 1) return position * (from - 1.0) / (to - 1.0);
    const double scale = static_cast<double>(from) / to;
    return options.half_pixel_centers ? std::max((position + 0.5) * scale - 0.5, 0.0) : position * scale;
  };
  const int height = x.shape[1], width = x.shape[2], channels = x.shape[3];
  const auto pixel = [&](int n, int y, int x_, int c) {
    return x.values[((static_cast<size_t>(n) * height + std::min(y, height - 1)) * width + std::min(x_, width - 1)) *
                        channels +
                    c];
  };
  for (int n = 0; n < out.shape[0]; ++n) {
    for (int oy = 0; oy < out.shape[1]; ++oy) {
      for (int ox = 0; ox < out.shape[2]; ++ox) {
        const double sy = source(oy, height, out.shape[1]), sx = source(ox, width, out.shape[2]);
        const int y = static_cast<int>(std::floor(sy)), x_ = static_cast<int>(std::floor(sx));
        const double dy = sy - y, dx = sx - x_;
        for (int c = 0; c < channels; ++c) {
          const double above = pixel(n, y, x_, c) * (1 - dx) + pixel(n, y, x_ + 1, c) * dx;
          const double below = pixel(n, y + 1, x_, c) * (1 - dx) + pixel(n, y + 1, x_ + 1, c) * dx;
          out.values.push_back(above * (1 - dy) + below * dy);
        }
      }
    }
  }
  return out;
}

Outputs oracle_RESIZE_NEAREST_NEIGHBOR(const Node& node) {
  const Array& x = node.input(0);
  const auto& o = *node.op.builtin_options.AsResizeNearestNeighborOptions();
  const auto size = ints(node.input(1));
  const Shape& s = x.shape;
  return from_positions({s[0], size[0], size[1], s[3]}, [&](const Position& p) {
    return at(x, {p[0], nearest(p[1], s[1], size[0], o), nearest(p[2], s[2], size[1], o), p[3]});
  });
}

}  // namespace webquant::test
