// What becomes of each operator, and what of it the user excluded. The passes of this folder share it.
#pragma once

#include <cstddef>
#include <vector>

#include "model/model.h"
#include "quantize/spec.h"

namespace webquant {

/// A row for each operator, which stays float until a pass decides otherwise.
std::vector<OpDecision> undecided(const Model& model);

/// Whether the user excluded an operator: by the name of an output, or of a constant or input of the model that it
/// reads.
bool is_excluded(const Model& model, size_t op_index, const QuantSpec& spec);

}  // namespace webquant
