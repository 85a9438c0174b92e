// Shapes of reductions.
#include "ops/infer_context.h"

namespace webquant {
void infer_reduce(InferContext& c) {
  const Shape& x = c.input_shape(0);
  std::vector<bool> reduced(x.size());
  for (const int32_t axis : c.constant_ints(1)) reduced[c.axis(axis, x.size())] = true;
  const bool keep_dims = c.options<tflite::ReducerOptionsT>().keep_dims;
  Shape shape;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!reduced[i]) shape.push_back(x[i]);
    if (reduced[i] && keep_dims) shape.push_back(1);
  }
  c.set_output(0, std::move(shape));
}

}  // namespace webquant
