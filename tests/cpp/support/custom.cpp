#include "support/custom.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "model/load.h"
#include "model/save.h"

namespace webquant::test {
namespace {

uint32_t add_custom_code(Model& model) {
  auto code = std::make_unique<tflite::OperatorCodeT>();
  code->builtin_code = OpCode::CUSTOM;
  code->deprecated_builtin_code = static_cast<int8_t>(OpCode::CUSTOM);
  code->custom_code = "Detect";
  model.operator_codes.push_back(std::move(code));
  return static_cast<uint32_t>(model.operator_codes.size() - 1);
}

}  // namespace

Model custom_model(std::vector<int32_t> inputs, std::vector<int32_t> outputs, int32_t tensors) {
  Model model;
  model.version = 3;
  model.buffers.push_back(std::make_unique<tflite::BufferT>());
  auto graph = std::make_unique<Graph>();
  for (int32_t i = 0; i < tensors; ++i) {
    graph->tensors.push_back(std::make_unique<Tensor>());
    graph->tensors.back()->shape = {1, 4};
    graph->tensors.back()->name = text("t", i);
  }
  for (const int32_t i : inputs) {
    if (i >= 0 && std::ranges::count(graph->inputs, i) == 0) graph->inputs.push_back(i);
  }
  graph->outputs = outputs;
  auto op = std::make_unique<Operator>();
  op->opcode_index = add_custom_code(model);
  op->inputs = std::move(inputs);
  op->outputs = std::move(outputs);
  graph->operators.push_back(std::move(op));
  model.subgraphs.push_back(std::move(graph));
  return load(save(model));
}

void make_custom(Model& model, size_t op) { graph(model).operators[op]->opcode_index = add_custom_code(model); }

}  // namespace webquant::test
