// Shapes of the operators that move values.
#include "ops/infer.h"
#include "ops/op.h"

namespace webquant {

void infer_unpack(InferContext& c) {
  Shape shape = c.input_shape(0);
  const size_t axis = c.axis(c.options<tflite::UnpackOptionsT>().axis, shape.size());
  if (static_cast<size_t>(shape[axis]) != c.output_count())
    c.invalid(text("divides ", to_string(shape), " along axis ", axis, " into ", c.output_count(), " outputs"));
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  for (size_t i = 0; i < c.output_count(); ++i) c.set_output(i, shape);
}

}  // namespace webquant
