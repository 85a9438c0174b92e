// Reading .tflite files, whoever wrote them: the one way in for bytes that nobody has checked yet.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/model.h"

namespace webquant {

/// Parses and checks the bytes of a .tflite file, which become the model's own. Throws invalid-model for a damaged
/// file, unsupported for more than one subgraph.
Model load(std::vector<uint8_t> file);

/// The same with a copy of the bytes.
inline Model load(std::span<const uint8_t> bytes) { return load(std::vector<uint8_t>(bytes.begin(), bytes.end())); }

}  // namespace webquant
