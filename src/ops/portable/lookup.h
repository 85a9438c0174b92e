// Operators on single 8-bit values, as tables of all 256 results. Used by elementwise operators on quantized values.
#pragma once

#include <cstdint>
#include <functional>

#include "ops/portable/portable.h"

namespace webquant {

/// Whether an operator of one operand goes from 8 bits to 8 bits of the same kind, by parameters that arithmetic on
/// integers can take: a positive scale, and a zero point of the type's range.
bool has_8_bit_ends(const OpView& op);

/// A kernel that gives function(q) for each stored value q, saturated. `type`: of input and output, INT8 or UINT8.
PortableKernel lookup(DType type, const std::function<int32_t(int32_t)>& function);

}  // namespace webquant
