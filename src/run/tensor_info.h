// A model's inputs and outputs as users see them: what sessions, inspection and the bindings tell of a tensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "model/model.h"

namespace webquant {

/// An input or output as the user sees it.
struct TensorInfo {
  std::string name;
  Shape shape;
  DType dtype = DType::FLOAT32;
  std::vector<bool> dynamic;        // per dimension, empty when none is
  std::vector<float> scale;         // empty when not quantized; one entry, or one a channel
  std::vector<int64_t> zero_point;  // as many as scale
  int axis = 0;                     // channel axis, meaningful when scale has several entries
};

/// `shape` overrides the one in the file. `name` is the tensor's distinct name, see `tensor_names`.
TensorInfo tensor_info(const Model& model, size_t tensor_index, const std::string& name, const Shape& shape);

}  // namespace webquant
