#include "quantize/plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "ops/activation.h"
#include "ops/table.h"
#include "quantize/constants.h"
#include "quantize/decisions.h"
#include "quantize/fuse.h"
#include "quantize/joins.h"
#include "quantize/ranges.h"

namespace webquant {
namespace {

using Output = QuantRule::Output;

// Tensors that must share one scale, as a union-find forest.
class Groups {
 public:
  explicit Groups(size_t count) : parent_(count), fixed_(count) { std::iota(parent_.begin(), parent_.end(), 0); }

  size_t find(size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(size_t a, size_t b) {
    a = find(a);
    b = find(b);
    if (a == b) return;
    parent_[a] = b;
    if (fixed_[a]) fixed_[b] = fixed_[a];
  }
  // Parameters that follow from a function's range and not from statistics.
  void fix(size_t i, QuantParams params) { fixed_[find(i)] = params; }
  const std::optional<QuantParams>& fixed(size_t i) { return fixed_[find(i)]; }

 private:
  std::vector<size_t> parent_;
  std::vector<std::optional<QuantParams>> fixed_;
};

// Whether an AVERAGE_POOL_2D is the mean of each channel. Its INT8 form must keep its input's scale, of which means of
// many values use little: those of ResNet-8 have 46 of the 256 levels. MEAN, which is the same, may have its own.
bool averages_map(const Model& model, const Operator& op) {
  if (op_code(model, op) != OpCode::AVERAGE_POOL_2D) return false;
  const auto* pool = op.builtin_options.AsPool2DOptions();
  if (!pool || pool->fused_activation_function != tflite::ActivationFunctionType::NONE) return false;
  const Tensor& input = *graph(model).tensors[op.inputs[0]];
  const auto covers = [&](size_t axis, int32_t window, int32_t stride) {
    const bool is_open = input.shape_signature.size() == 4 && input.shape_signature[axis] < 1;
    return !is_open && window > 0 && input.shape[axis] == window &&
           (pool->padding == tflite::Padding::VALID || stride >= window);
  };
  return input.shape.size() == 4 && covers(1, pool->filter_height, pool->stride_h) &&
         covers(2, pool->filter_width, pool->stride_w);
}

// Why an operator stays float; empty when it need not. `produced_in_float`: by tensor, whether an operator that stays
// float gives it. `unlike`: what joins.h has to say of it.
std::string reason_to_stay_float(const Model& model, size_t n, const QuantSpec& spec,
                                 const std::vector<bool>& produced_in_float, const std::string& unlike) {
  const Graph& g = graph(model);
  const Operator& op = *g.operators[n];
  const OpDef* def = find_op(op_code(model, op));
  if (!def) return "webquant does not know this operator";
  const QuantRule& rule = def->quant;
  if (rule.int8_version == 0) return "has no INT8 form";
  if (is_excluded(model, n, spec)) return "excluded";
  if (rule.output == Output::kInputsSameAsOutput && spec.joins == Joins::kFloat) return "joins stay float";
  if (!unlike.empty()) return unlike;
  if (!is_clamp(fused_activation(op))) return "its fused activation has no INT8 form";
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    if (op.inputs[i] < 0 || !is_data_input(rule, i)) continue;
    const Tensor& tensor = *g.tensors[op.inputs[i]];
    if (tensor.type != DType::FLOAT32) return text("its input \"", tensor.name, "\" is ", to_string(tensor.type));
  }
  for (const int32_t i : op.outputs) {
    if (g.tensors[i]->type != DType::FLOAT32 && rule.output != Output::kIntegers)
      return text("its output is ", to_string(g.tensors[i]->type));
  }
  if (rule.weights >= 0 && !is_float_constant(model, op, rule.weights)) return "its weights are no constant";
  const bool has_bias =
      rule.bias >= 0 && static_cast<size_t>(rule.bias) < op.inputs.size() && op.inputs[rule.bias] >= 0;
  if (has_bias && !is_float_constant(model, op, rule.bias)) return "its bias is no constant";
  // Moving or comparing values is as cheap in float, and going to int8 for it would only round.
  if ((rule.output == Output::kSameAsInput || rule.output == Output::kIntegers) &&
      (produced_in_float[op.inputs[rule.data]] || is_constant(model, *g.tensors[op.inputs[rule.data]]))) {
    return "its input stays float";
  }
  return "";
}

void join_same_scale_tensors(const Model& model, const StaticPlan& plan, Groups& groups) {
  const Graph& g = graph(model);
  const auto for_each = [&](Output output, auto&& visit) {
    for (size_t n = 0; n < g.operators.size(); ++n) {
      if (!plan.int8_op[n] || plan.as_mean[n]) continue;
      const QuantRule& rule = find_op(op_code(model, *g.operators[n]))->quant;
      if (rule.output == output) visit(*g.operators[n], rule);
    }
  };
  for_each(Output::kFixed, [&](const Operator& op, const QuantRule& rule) {
    for (const int32_t out : op.outputs) groups.fix(out, rule.fixed);
  });
  for_each(Output::kSameAsInput, [&](const Operator& op, const QuantRule& rule) {
    for (const int32_t out : op.outputs) groups.join(op.inputs[rule.data], out);
  });
  // Last, because a tensor of fixed scale cannot follow: it is rescaled on its way into the operator.
  for_each(Output::kInputsSameAsOutput, [&](const Operator& op, const QuantRule& rule) {
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      if (!is_data_input(rule, i) || groups.fixed(op.inputs[i]) || groups.fixed(op.outputs[0])) continue;
      groups.join(op.inputs[i], op.outputs[0]);
    }
  });
}

// A plan in which the operators that joins.h has something to say of stay float.
StaticPlan plan_with(const Model& model, const QuantSpec& spec, const Stats& stats,
                     const std::vector<std::string>& unlike, std::vector<OpDecision>& decisions) {
  const Graph& g = graph(model);
  const size_t count = g.tensors.size();
  StaticPlan plan;
  plan.needs_params.resize(count);
  std::vector<bool> produced_in_float(count);
  for (size_t n = 0; n < g.operators.size(); ++n) {
    const Operator& op = *g.operators[n];
    decisions[n].reason = reason_to_stay_float(model, n, spec, produced_in_float, unlike[n]);
    const bool int8 = decisions[n].reason.empty();
    decisions[n].decision = int8 ? "int8" : "float32";
    plan.int8_op.push_back(int8);
    plan.as_mean.push_back(int8 && averages_map(model, op));
    for (const int32_t i : op.outputs) produced_in_float[i] = !int8;
    if (!int8) continue;
    const QuantRule& rule = find_op(op_code(model, op))->quant;
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      if (op.inputs[i] >= 0 && is_data_input(rule, i)) plan.needs_params[op.inputs[i]] = true;
    }
    for (const int32_t i : op.outputs) plan.needs_params[i] = rule.output != Output::kIntegers;
  }
  if (spec.io != DType::FLOAT32) {
    for (const auto* ends : {&g.inputs, &g.outputs}) {
      for (const int32_t i : *ends) {
        if (g.tensors[i]->type == DType::FLOAT32 && !is_constant(model, *g.tensors[i])) plan.needs_params[i] = true;
      }
    }
  }

  Groups groups(count);
  join_same_scale_tensors(model, plan, groups);
  std::vector<bool> is_calibrated(count);
  for (size_t i = 0; i < count; ++i) is_calibrated[i] = plan.needs_params[i] && !groups.fixed(i);
  const auto own = activation_ranges(model, spec, stats, is_calibrated);
  std::vector<std::optional<Range>> ranges(count);  // by group
  for (size_t i = 0; i < count; ++i) {
    if (!is_calibrated[i]) continue;
    auto& range = ranges[groups.find(i)];
    range = range ? merge(*range, own[i]) : own[i];
  }
  plan.params.resize(count);
  for (size_t i = 0; i < count; ++i) {
    if (!plan.needs_params[i]) continue;
    const auto& range = ranges[groups.find(i)];
    plan.params[i] = groups.fixed(i) ? *groups.fixed(i) : activation_params(range->min, range->max, spec.symmetric);
  }
  return plan;
}

}  // namespace

bool is_data_input(const QuantRule& rule, size_t slot) {
  const int i = static_cast<int>(slot);
  return i != rule.weights && i != rule.bias && !(slot < 32 && (rule.skip_inputs >> slot & 1));
}

QuantParams StaticPlan::input_params(const Model& model, size_t op, size_t slot) const {
  const Operator& o = *graph(model).operators[op];
  const bool as_output = find_op(op_code(model, o))->quant.output == Output::kInputsSameAsOutput;
  return params[as_output ? o.outputs[0] : o.inputs[slot]];
}

StaticPlan plan_static(const Model& model, const QuantSpec& spec, const Stats& stats,
                       std::vector<OpDecision>& decisions) {
  std::vector<std::string> unlike(graph(model).operators.size());
  // Each round looks behind the joins that the one before it has taken apart.
  constexpr int kMostRounds = 16;
  for (int round = 0;; ++round) {
    StaticPlan plan = plan_with(model, spec, stats, unlike, decisions);
    // With integer inputs and outputs everything leaves on one scale anyway.
    if (spec.joins != Joins::kAuto || spec.io != DType::FLOAT32 || round == kMostRounds) return plan;
    if (!extend_unlike_results(model, plan, stats, unlike)) return plan;
  }
}

}  // namespace webquant
