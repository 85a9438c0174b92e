// Operators that resize images.
#include "run/lower/lower.h"

namespace webquant {
void lower_resize_bilinear(LowerContext& c) {
  const auto& o = c.options<tflite::ResizeBilinearOptionsT>();
  const Shape& y = c.output_shape(0);
  c.require_window_budget(/*kernel_elements=*/4);
  c.match_output_scale(0);
  const uint32_t flags = o.align_corners        ? XNN_FLAG_ALIGN_CORNERS
                         : o.half_pixel_centers ? 0
                                                : XNN_FLAG_TENSORFLOW_LEGACY_MODE;
  c.check(xnn_define_static_resize_bilinear_2d(c.graph(), y[1], y[2], c.in(0), c.out(), flags));
}

}  // namespace webquant
