// Shapes of the operators that work on each row of channels.
#include "ops/infer_context.h"

namespace webquant {
void infer_along_channels(InferContext& c) {
  if (c.input_shape(0).empty()) c.invalid("its input is a scalar");
  c.set_output(0, c.input_shape(0));
}

void infer_local_response_normalization(InferContext& c) {
  const auto& o = c.options<tflite::LocalResponseNormalizationOptionsT>();
  if (c.input_shape(0).size() != 4)
    c.invalid(text("input 0 must have 4 dimensions, not ", to_string(c.input_shape(0))));
  if (o.radius < 0) c.invalid(text("has a radius of ", o.radius));
  c.set_output(0, c.input_shape(0));
}

}  // namespace webquant
