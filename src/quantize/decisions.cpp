#include "quantize/decisions.h"

#include <algorithm>

namespace webquant {

std::vector<OpDecision> undecided(const Model& model) {
  std::vector<OpDecision> ops;
  for (size_t n = 0; n < graph(model).operators.size(); ++n) {
    ops.push_back({n, op_type(model, *graph(model).operators[n]), op_name(model, n), "float32", ""});
  }
  return ops;
}

bool is_excluded(const Model& model, size_t op_index, const QuantSpec& spec) {
  const Graph& g = graph(model);
  const auto excluded = [&](int32_t tensor) { return tensor >= 0 && spec.excluded(g.tensors[tensor]->name); };
  // An activation's name is that of the operator that makes it, and means only that one.
  const auto is_made_here = [&](int32_t tensor) {
    return std::ranges::any_of(g.operators,
                               [&](const auto& op) { return std::ranges::count(op->outputs, tensor) > 0; });
  };
  const Operator& op = *g.operators[op_index];
  return std::ranges::any_of(op.outputs, excluded) ||
         std::ranges::any_of(op.inputs, [&](int32_t tensor) { return excluded(tensor) && !is_made_here(tensor); });
}

}  // namespace webquant
