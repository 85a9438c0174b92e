// Reference kernels, a function for each operator or family. Included by the table only.
#pragma once

#include "ops/op.h"

namespace webquant {

ReferenceKernel reference_hard_swish(const OpView& op);
ReferenceKernel reference_unpack(const OpView& op);

}  // namespace webquant
