#include "run/tensor_info.h"

#include <algorithm>

namespace webquant {

TensorInfo tensor_info(const Model& model, size_t tensor_index, const std::string& name, const Shape& shape) {
  const Tensor& tensor = *graph(model).tensors[tensor_index];
  TensorInfo info{
      .name = name, .shape = shape, .dtype = tensor.type, .dynamic = {}, .scale = {}, .zero_point = {}, .axis = 0};
  if (std::ranges::count(tensor.shape_signature, -1) > 0) {
    for (const int32_t dim : tensor.shape_signature) info.dynamic.push_back(dim == -1);
  }
  if (tensor.quantization && !tensor.quantization->scale.empty()) {
    const auto& quant = *tensor.quantization;
    info.scale = quant.scale;
    info.zero_point = quant.zero_point.empty() ? std::vector<int64_t>(quant.scale.size()) : quant.zero_point;
    info.axis = quant.quantized_dimension;
  }
  return info;
}

}  // namespace webquant
