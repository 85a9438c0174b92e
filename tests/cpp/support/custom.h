// Models with custom operators, which webquant does not know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/model.h"

namespace webquant::test {

/// A model of one custom operator with these operands, among `tensors` tensors of shape [1, 4]; -1 is an operand that
/// is left out. The inputs are the model's inputs, the outputs its outputs.
Model custom_model(std::vector<int32_t> inputs, std::vector<int32_t> outputs, int32_t tensors);

/// Makes an operator of the model a custom one, "Detect", which keeps its operands and options.
void make_custom(Model& model, size_t op);

}  // namespace webquant::test
