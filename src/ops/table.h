// The operator table, which every part of the core asks what it needs to know of an operator.
#pragma once

#include <span>

#include "ops/op.h"

namespace webquant {

/// All rows, in the order of README's table.
std::span<const OpDef> op_table();

/// The row of an operator, or null.
const OpDef* find_op(OpCode code);

}  // namespace webquant
