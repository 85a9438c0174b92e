#include "ops/tail.h"

#include "ops/table.h"

namespace webquant {

std::vector<int> tensor_makers(const Model& model) {
  const Graph& g = graph(model);
  std::vector<int> makers(g.tensors.size(), -1);
  for (size_t n = 0; n < g.operators.size(); ++n) {
    for (const int32_t output : g.operators[n]->outputs) makers[output] = static_cast<int>(n);
  }
  return makers;
}

std::vector<bool> tail_tensors(const Model& model) {
  const Graph& g = graph(model);
  std::vector<bool> is_tail(g.tensors.size());
  for (const int32_t output : g.outputs) is_tail[output] = true;
  // Operators lie in their order, so all readers of a tensor come after the one that makes it.
  for (auto op = g.operators.rbegin(); op != g.operators.rend(); ++op) {
    const OpDef* def = find_op(op_code(model, **op));
    if (!def || def->quant.weights >= 0) continue;
    bool leads_out = false;
    for (const int32_t output : (*op)->outputs) leads_out = leads_out || is_tail[output];
    if (!leads_out) continue;
    for (const int32_t input : (*op)->inputs) {
      if (input >= 0) is_tail[input] = true;
    }
  }
  return is_tail;
}

}  // namespace webquant
