// Shapes of the operators that work on each element or pair of elements by itself, and of those that change nothing but
// the type.
#include "ops/infer/require.h"

namespace webquant {
void infer_unchanged(InferContext& c) { c.set_output(0, c.input_shape(0)); }
void infer_broadcast(InferContext& c) { c.set_output(0, broadcast(c, c.input_shape(0), c.input_shape(1))); }

// The slopes may repeat, the input not.
void infer_prelu(InferContext& c) {
  const Shape &x = c.input_shape(0), &slopes = c.input_shape(1);
  if (broadcast(c, x, slopes) != x)
    c.invalid(text("has slopes of shape ", to_string(slopes), " for an input of shape ", to_string(x)));
  c.set_output(0, x);
}

}  // namespace webquant
