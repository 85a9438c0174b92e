// What every part of the core may rely on once a model is loaded or has been changed.
#pragma once

#include "model/model.h"

namespace webquant {

/// Makes sure of one subgraph, indices in range, constants of the size that shape and type say, and of each tensor
/// being produced once and before it is used. Throws invalid-model or unsupported.
void check(const Model& model);

}  // namespace webquant
