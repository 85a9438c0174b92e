#include "quantize/logits.h"

#include "ops/tail.h"

namespace webquant {

Model without_softmax(Model model) {
  Graph& g = graph(model);
  const auto makers = tensor_makers(model);
  bool changed = false;
  for (int32_t& output : g.outputs) {
    if (makers[output] < 0) continue;
    const Operator& maker = *g.operators[static_cast<size_t>(makers[output])];
    const bool is_last = op_code(model, maker) == OpCode::SOFTMAX && !maker.inputs.empty() && maker.inputs[0] >= 0;
    if (!is_last || makers[maker.inputs[0]] < 0) continue;
    for (const auto& signature : model.signature_defs) {
      for (const auto& named : signature->outputs) {
        if (named->tensor_index == static_cast<uint32_t>(output)) {
          named->tensor_index = static_cast<uint32_t>(maker.inputs[0]);
        }
      }
    }
    output = maker.inputs[0];
    changed = true;
  }
  if (!changed) return model;
  // A SOFTMAX that nothing reads any more goes, whatever it stood in front of stays in its order.
  std::vector<size_t> readers(g.tensors.size());
  for (const auto& op : g.operators) {
    for (const int32_t input : op->inputs) {
      if (input >= 0) ++readers[input];
    }
  }
  for (const int32_t output : g.outputs) ++readers[output];
  std::erase_if(g.operators,
                [&](const auto& op) { return op_code(model, *op) == OpCode::SOFTMAX && readers[op->outputs[0]] == 0; });
  remove_unused(model);
  return model;
}

}  // namespace webquant
