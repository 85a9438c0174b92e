// Shapes of the operators that resize images.
#include "ops/infer_context.h"

namespace webquant {
void infer_resize_bilinear(InferContext& c) {
  const auto& o = c.options<tflite::ResizeBilinearOptionsT>();
  const Shape& x = c.input_shape(0);
  const auto size = c.constant_ints(1);
  if (x.size() != 4) c.invalid(text("input 0 must have 4 dimensions, not ", to_string(x)));
  if (size.size() != 2 || size[0] < 1 || size[1] < 1 || x[1] < 1 || x[2] < 1)
    c.invalid(text("cannot give ", to_string(x), " the size ", to_string(size)));
  if (o.align_corners && o.half_pixel_centers) c.invalid("has both align_corners and half_pixel_centers");
  c.set_output(0, {x[0], size[0], size[1], x[3]});
}

void infer_resize_nearest_neighbor(InferContext& c) {
  const Shape& x = c.input_shape(0);
  if (x.size() != 4) c.invalid(text("must have an input of 4 dimensions, not ", to_string(x)));
  const auto size = c.constant_ints(1);
  if (size.size() != 2 || size[0] < 1 || size[1] < 1 || x[1] < 1 || x[2] < 1)
    c.invalid(text("resizes ", to_string(x), " to ", to_string(size)));
  c.set_output(0, {x[0], size[0], size[1], x[3]});
}

}  // namespace webquant
