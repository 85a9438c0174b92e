// Shapes of pools.
#include "ops/infer/require.h"

namespace webquant {
void infer_pool_2d(InferContext& c) {
  const auto& o = c.options<tflite::Pool2DOptionsT>();
  const Shape& x = require_rank(c, 0, 4);
  require_positive(c, {o.stride_h, o.stride_w}, "stride");
  require_positive(c, {o.filter_height, o.filter_width}, "window size");
  c.set_output(0, {x[0], window_count(c, o.padding, x[1], o.filter_height, o.stride_h, 1),
                   window_count(c, o.padding, x[2], o.filter_width, o.stride_w, 1), x[3]});
}

}  // namespace webquant
