// QUANTIZE and DEQUANTIZE.
#include "run/lower/lower.h"

namespace webquant {
void lower_convert(LowerContext& c) {
  if (c.output_is_known()) return;
  const DType from = c.in_type(0), to = c.out_type();
  if (from == DType::FLOAT32 && to == DType::FLOAT32) return c.check(xnn_define_copy(c.graph(), c.in(0), c.out(), 0));
  if (from != DType::FLOAT32 && to != DType::FLOAT32) return c.rescale(0, c.out());
  c.unary(xnn_unary_convert, c.in(0), c.out());
}

}  // namespace webquant
