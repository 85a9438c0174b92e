// RESIZE_NEAREST_NEIGHBOR as a selection of pixels.
#include <algorithm>
#include <cmath>

#include "ops/portable/selection.h"

namespace webquant {
PortableKernel portable_resize_nearest_neighbor(const OpView& op) {
  const auto& o = op.options<tflite::ResizeNearestNeighborOptionsT>();
  return select_from_input(op, [&](const Shape& x) {
    Selection out = whole(x);
    for (const size_t axis : {1, 2}) {
      const int32_t from = x[axis], to = op.output_shape(0)[axis];
      // In float, as TFLite computes it: which pixel is the nearest hangs on the rounding.
      const float scale = o.align_corners && to > 1 ? static_cast<float>(from - 1) / static_cast<float>(to - 1)
                                                    : static_cast<float>(from) / static_cast<float>(to);
      const auto all = std::move(out.offsets[axis]);
      out.offsets[axis].clear();
      for (int32_t i = 0; i < to; ++i) {
        const float position = (static_cast<float>(i) + (o.half_pixel_centers ? 0.5f : 0.0f)) * scale;
        const auto nearest = static_cast<int32_t>(o.align_corners ? std::round(position) : std::floor(position));
        out.offsets[axis].push_back(all[static_cast<size_t>(std::clamp(nearest, 0, from - 1))]);
      }
    }
    return out;
  });
}

}  // namespace webquant
