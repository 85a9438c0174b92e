// Writing .tflite files.
#pragma once

#include <cstdint>
#include <vector>

#include "model/model.h"

namespace webquant {

/// The file's bytes. save(load(save(m))) == save(m).
std::vector<uint8_t> save(const Model& model);

}  // namespace webquant
