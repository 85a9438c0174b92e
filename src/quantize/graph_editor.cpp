#include "quantize/graph_editor.h"

#include <algorithm>

namespace webquant {

int GraphEditor::add_tensor(int like, std::string name, DType type) {
  const Tensor& original = tensor(like);
  auto added = std::make_unique<Tensor>();
  added->shape = original.shape;
  added->shape_signature = original.shape_signature;
  added->has_rank = original.has_rank;
  added->name = std::move(name);
  added->type = type;
  graph(model_).tensors.push_back(std::move(added));
  return static_cast<int>(graph(model_).tensors.size()) - 1;
}

int GraphEditor::add_constant_bytes(std::string name, Shape shape, DType type, std::span<const uint8_t> bytes,
                                    std::vector<float> scales, int axis) {
  auto added = std::make_unique<Tensor>();
  added->name = std::move(name);
  added->shape = std::move(shape);
  added->type = type;
  added->buffer = add_buffer(model_, bytes);
  if (!scales.empty()) {
    added->quantization = std::make_unique<tflite::QuantizationParametersT>();
    added->quantization->zero_point.assign(scales.size(), 0);
    added->quantization->quantized_dimension = scales.size() > 1 ? axis : 0;
    added->quantization->scale = std::move(scales);
  }
  graph(model_).tensors.push_back(std::move(added));
  return static_cast<int>(graph(model_).tensors.size()) - 1;
}

void GraphEditor::set_params(int index, QuantParams params) {
  auto& quant = tensor(index).quantization;
  quant = std::make_unique<tflite::QuantizationParametersT>();
  quant->scale = {params.scale};
  quant->zero_point = {params.zero_point};
}

void GraphEditor::set_version(size_t index, int version) {
  const int before = model_.operator_codes[op(index).opcode_index]->version;
  op(index).opcode_index = intern_op_code(model_, op_code(model_, op(index)), std::max(before, version));
}

void GraphEditor::insert_conversion(size_t op, OpCode code, int version, int input, int output) {
  auto added = std::make_unique<Operator>();
  added->opcode_index = intern_op_code(model_, code, version);
  added->inputs = {input};
  added->outputs = {output};
  before_[op].push_back(std::move(added));
}

void GraphEditor::finish() {
  auto& operators = graph(model_).operators;
  std::vector<std::unique_ptr<Operator>> all;
  for (size_t n = 0; n < before_.size(); ++n) {
    for (auto& added : before_[n]) all.push_back(std::move(added));
    if (n < operators.size()) all.push_back(std::move(operators[n]));
  }
  operators = std::move(all);
  remove_unused(model_);
}

}  // namespace webquant
