// Operators on rows of channels: SOFTMAX and L2_NORMALIZATION.
#include <algorithm>

#include "run/lower/lower.h"

namespace webquant {
void lower_softmax(LowerContext& c) {
  if (c.input_shape(0).empty()) c.unsupported("its input is a scalar");
  c.compute_in_float();
  const float beta = c.options<tflite::SoftmaxOptionsT>().beta;
  uint32_t scaled = c.in(0);
  if (beta != 1) {
    scaled = c.float_temporary(c.input_shape(0));
    c.check(xnn_define_binary(c.graph(), xnn_binary_multiply, nullptr, c.in(0), c.float_constant({1}, {{beta}}), scaled,
                              0));
  }
  c.check(xnn_define_softmax(c.graph(), scaled, c.out(), 0));
}

// Each row of channels over its length, which is taken to be 1e-6 at least. TensorFlow Lite's integer kernel has no
// such limit: half a step of the input is below every length but 0.
void lower_l2_normalization(LowerContext& c) {
  const auto quant = per_tensor_params(c.input(0));
  const float least = quant ? std::min(1e-6f, quant->scale / 2) : 1e-6f;
  c.compute_in_float();
  const Shape& shape = c.input_shape(0);
  Shape rows = shape;
  rows.back() = 1;
  const size_t axis = shape.size() - 1;
  const uint32_t squares = c.float_temporary(shape), sums = c.float_temporary(rows), roots = c.float_temporary(rows),
                 lengths = c.float_temporary(rows);
  c.unary(xnn_unary_square, c.in(0), squares);
  c.check(xnn_define_static_reduce(c.graph(), xnn_reduce_sum, 1, &axis, squares, sums, XNN_FLAG_KEEP_DIMS));
  c.unary(xnn_unary_square_root, sums, roots);
  c.check(
      xnn_define_binary(c.graph(), xnn_binary_maximum, nullptr, roots, c.float_constant({1}, {{least}}), lengths, 0));
  c.with_activation(c.options<tflite::L2NormOptionsT>().fused_activation_function,
                    [&](float min, float max, uint32_t out) {
                      const uint32_t result = is_clamp_needed(min, max) ? c.float_temporary(shape) : out;
                      c.check(xnn_define_binary(c.graph(), xnn_binary_divide, nullptr, c.in(0), lengths, result, 0));
                      if (result != out) c.clamp(min, max, result, out);
                    });
}

}  // namespace webquant
