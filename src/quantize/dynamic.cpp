#include "quantize/dynamic.h"

#include <map>
#include <utility>

#include "ops/table.h"
#include "quantize/constants.h"
#include "quantize/decisions.h"
#include "quantize/graph_editor.h"

namespace webquant {

void quantize_dynamic(Model& model, const QuantSpec& spec, QuantResult& result) {
  GraphEditor editor(model);
  std::map<std::pair<int32_t, int>, int32_t> replaced;  // float weights and their channel axis -> int8 weights
  const size_t op_count = graph(model).operators.size();
  for (size_t n = 0; n < op_count; ++n) {
    auto& decision = result.ops[n];
    const OpDef* def = find_op(op_code(model, editor.op(n)));
    if (!def || def->quant.dynamic_version == 0) {
      decision.reason = "has no dynamic INT8 form";
      continue;
    }
    if (is_excluded(model, n, spec)) {
      decision.reason = "excluded";
      continue;
    }
    const QuantRule& rule = def->quant;
    if (!is_float_constant(model, editor.op(n), rule.weights)) {
      decision.reason = "its weights are no constant";
      continue;
    }
    int32_t& slot = editor.op(n).inputs[rule.weights];
    const Tensor& weights = editor.tensor(slot);
    const size_t elements = constant_values<float>(model, weights).size();
    if (elements < spec.min_elements) {
      decision.reason = text("has ", elements, " weights, fewer than ", spec.min_elements);
      continue;
    }
    const std::pair key(slot, rule.channel_axis);
    auto known = replaced.find(key);
    if (known == replaced.end()) {
      auto scales = weight_scales(model, weights, rule.channel_axis, spec.per_channel);
      known =
          replaced.emplace(key, add_int8_weights(editor, model, weights, rule.channel_axis, std::move(scales))).first;
    }
    slot = known->second;
    editor.set_version(n, spec.per_channel ? rule.dynamic_version : rule.dynamic_per_tensor_version);
    // XNNPACK's kernels give the input a zero point; this tells other runtimes to do so too.
    if (auto* options = editor.op(n).builtin_options.AsFullyConnectedOptions())
      options->asymmetric_quantize_inputs = true;
    decision.decision = "dynamic-int8";
  }
  editor.finish();
}

}  // namespace webquant
