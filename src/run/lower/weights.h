// Operands of convolutions and matrix products, in the forms that XNNPACK's kernels take. The family conv uses it.
#pragma once

#include <cstdint>

#include "run/lower/lower.h"

namespace webquant {

struct Weighted {
  uint32_t input, weights, bias;
};

/// Whether weighted_operands() will quantize the input at run time.
bool is_dynamic(const LowerContext& c);

/// Static INT8, float, or dynamic INT8 (float input, int8 weights): for this the input is quantized at run time, each
/// slice of the innermost `slice_dims` dimensions with its own range; 0: weights are expanded to float. `weights_shape`
/// is how the kernel sees the weights, by default as they are. Throws unsupported for types, scales or biases that no
/// kernel takes.
Weighted weighted_operands(LowerContext& c, int slice_dims, const Shape& weights_shape);
inline Weighted weighted_operands(LowerContext& c, int slice_dims) {
  return weighted_operands(c, slice_dims, c.input_shape(c.rule().weights));
}

}  // namespace webquant
