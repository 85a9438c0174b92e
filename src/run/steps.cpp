#include "run/steps.h"

#include <algorithm>

#include "ops/table.h"
#include "ops/view.h"

namespace webquant {
namespace {

bool is_known(const Model& model, const TensorFacts& facts, size_t tensor) {
  return facts.values.contains(tensor) || facts.dequantized.contains(tensor) ||
         is_constant(model, *graph(model).tensors[tensor]);
}

std::vector<bool> needed_operators(const Model& model, const TensorFacts& facts, bool all) {
  const Graph& g = graph(model);
  std::vector<bool> needed(g.operators.size()), wanted(g.tensors.size(), all);
  for (const int32_t i : g.outputs) wanted[i] = true;
  for (size_t n = g.operators.size(); n-- > 0;) {
    const auto& op = *g.operators[n];
    needed[n] = std::ranges::any_of(op.outputs, [&](int32_t i) { return wanted[i] && !is_known(model, facts, i); });
    if (!needed[n]) continue;
    for (const int32_t i : op.inputs) {
      if (i >= 0) wanted[i] = true;
    }
  }
  return needed;
}

}  // namespace

std::vector<Step> plan_steps(const Model& model, const TensorFacts& facts, bool observe) {
  const auto needed = needed_operators(model, facts, observe);
  std::vector<Step> steps;
  for (size_t n = 0; n < needed.size(); ++n) {
    if (!needed[n]) continue;
    const OpDef* def = find_op(op_code(model, *graph(model).operators[n]));
    PortableKernel kernel = def->portable ? def->portable(OpView(model, n, facts)) : nullptr;
    if (observe || kernel || steps.empty() || steps.back().kernel) steps.emplace_back();
    steps.back().ops.push_back(n);
    steps.back().kernel = std::move(kernel);
  }
  return steps;
}

std::vector<bool> crossing_tensors(const Model& model, const TensorFacts& facts, const std::vector<Step>& steps) {
  const Graph& g = graph(model);
  std::vector<bool> crossing(g.tensors.size());
  std::vector<const Step*> producer(g.tensors.size());
  for (const Step& step : steps) {
    for (const size_t n : step.ops) {
      for (const int32_t i : g.operators[n]->inputs) {
        if (i >= 0 && !is_known(model, facts, i) && producer[i] != &step) crossing[i] = true;
      }
      for (const int32_t i : g.operators[n]->outputs) {
        producer[i] = &step;
        if (step.kernel) crossing[i] = true;
      }
    }
  }
  return crossing;
}

std::map<size_t, Role> roles_in(const Model& model, const Step& step, const std::vector<bool>& exposed) {
  std::map<size_t, Role> roles;
  for (const size_t n : step.ops) {
    const Operator& op = *graph(model).operators[n];
    for (const int32_t i : op.inputs) {
      if (i >= 0 && exposed[i]) roles.emplace(i, Role::kInput);
    }
    for (const int32_t i : op.outputs) {
      if (exposed[i]) roles[i] = Role::kOutput;
    }
  }
  return roles;
}

}  // namespace webquant
