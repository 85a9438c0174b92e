// The tail of a graph: what lies between the last operators with weights and the model's outputs. There values of
// several kinds (boxes, scores, landmarks) may meet in one tensor; calibration looks at their channels, quantization
// keeps them apart.
#pragma once

#include <cstdint>
#include <vector>

#include "model/model.h"

namespace webquant {

/// By tensor: the operator that makes it; -1 for inputs, constants and what nobody makes.
std::vector<int> tensor_makers(const Model& model);

/// By tensor, whether it belongs to the tail: the graph's outputs, and what operators without weights make them of,
/// back to the results of operators with weights, which belong to it too. Operators outside the table end it.
std::vector<bool> tail_tensors(const Model& model);

}  // namespace webquant
