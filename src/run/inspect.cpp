#include "run/inspect.h"

#include <set>

#include "ops/table.h"
#include "ops/view.h"
#include "run/lower/lower.h"

namespace webquant {
namespace {

bool is_float(DType type) { return type == DType::FLOAT32 || type == DType::FLOAT16; }
bool is_int8(DType type) { return type == DType::INT8 || type == DType::UINT8; }

uint64_t macs_of(const OpView& op, const QuantRule& rule) {
  if (rule.weights < 0 || !op.has_input(rule.weights)) return 0;
  // Every output element sums over all weights of its channel.
  const Shape& weights = op.input_shape(rule.weights);
  const uint64_t channels = weights[rule.channel_axis];
  return channels == 0 ? 0 : element_count(op.output_shape(0), "") * (element_count(weights, "") / channels);
}

// What an operator computes with, which decides what a model is called.
struct PrecisionCounts {
  size_t float_weights = 0, half_weights = 0, dynamic_int8 = 0, static_int8 = 0;

  std::string name() const {
    if (static_int8 > 0) return float_weights + half_weights + dynamic_int8 == 0 ? "static-int8" : "mixed";
    if (dynamic_int8 > 0) return half_weights == 0 ? "dynamic-int8" : "mixed";
    return half_weights > 0 ? "float16" : "float32";
  }
};

void count_precision(const Model& model, const std::set<int32_t>& from_half, PrecisionCounts& counts,
                     const Operator& op, const OpDef& def) {
  if (def.code == OpCode::QUANTIZE || def.code == OpCode::DEQUANTIZE) return;
  const size_t data = def.quant.data;
  if (data >= op.inputs.size() || op.inputs[data] < 0) return;
  const Graph& g = graph(model);
  const bool int8_input = is_int8(g.tensors[op.inputs[data]]->type);
  const int slot = def.quant.weights;
  if (slot < 0 || static_cast<size_t>(slot) >= op.inputs.size() || op.inputs[slot] < 0) {
    counts.static_int8 += int8_input;
    return;
  }
  const int32_t weights = op.inputs[slot];
  const DType type = g.tensors[weights]->type;
  if (int8_input) {
    ++counts.static_int8;
  } else if (is_int8(type) || type == DType::INT4) {
    ++counts.dynamic_int8;
  } else if (type == DType::FLOAT16 || from_half.contains(weights)) {
    ++counts.half_weights;
  } else {
    ++counts.float_weights;
  }
}

}  // namespace

ModelInfo inspect(const Model& model) {
  const Graph& g = graph(model);
  const auto names = tensor_names(model);
  ModelInfo info{.description = model.description,
                 .parameters = 0,
                 .macs = 0,
                 .precision = "",
                 .inputs = {},
                 .outputs = {},
                 .ops = {},
                 .signatures = {},
                 .metadata = {}};

  TensorFacts facts = TensorFacts::declared(model);
  require_xnnpack();
  SubgraphBuilder builder(model, facts, {}, SubgraphBuilder::Purpose::kCheck);

  PrecisionCounts precision;
  std::set<int32_t> counted, from_half;
  bool all_supported = true;
  for (size_t n = 0; n < g.operators.size(); ++n) {
    const Operator& op = *g.operators[n];
    const OpDef* def = find_op(op_code(model, op));
    OpInfo row{.index = n,
               .type = op_type(model, op),
               .name = op_name(model, n),
               .inputs = {},
               .outputs = {},
               .macs = 0,
               .weight_bytes = 0,
               .supported = true,
               .runs = "xnnpack",
               .reason = ""};
    // The one place in the core that catches: an operator that cannot run is an answer here, not a failure.
    try {
      infer_op(model, n, facts);
      const bool folded = facts.values.contains(op.outputs[0]);
      if (folded || (def->portable && def->portable(OpView(model, n, facts)))) {
        row.runs = "portable";
        if (folded) row.reason = "computed when the model is loaded";
      } else {
        lower(builder, n);
        if (builder.has_own_kernel(n)) row.runs = "webquant";
        row.reason = builder.note(n);
      }
    } catch (const Error& error) {
      // Behind an operator that cannot run, shapes are only what the file says, and contradictions prove nothing.
      if (error.code != ErrorCode::kUnsupported && all_supported) throw;
      row.supported = all_supported = false;
      row.runs.clear();
      row.reason = error.message;
    }
    if (def && row.supported) row.macs = macs_of(OpView(model, n, facts), def->quant);
    for (size_t slot = 0; slot < op.inputs.size(); ++slot) {
      const int32_t i = op.inputs[slot];
      row.inputs.push_back(i < 0 ? std::string() : names[i]);
      if (i < 0 || !is_constant(model, *g.tensors[i])) continue;
      row.weight_bytes += constant_data(model, *g.tensors[i]).size();
      const bool is_data = def ? !(slot < 32 && (def->quant.skip_inputs >> slot & 1)) : is_float(g.tensors[i]->type);
      if (is_data && counted.insert(i).second) info.parameters += element_count(g.tensors[i]->shape, "");
      if (g.tensors[i]->type == DType::FLOAT16) from_half.insert(op.outputs.begin(), op.outputs.end());
    }
    for (const int32_t i : op.outputs) row.outputs.push_back(names[i]);
    if (def) count_precision(model, from_half, precision, op, *def);
    info.macs += row.macs;
    info.ops.push_back(std::move(row));
  }
  info.precision = precision.name();

  for (const int32_t i : g.inputs) info.inputs.push_back(tensor_info(model, i, names[i], facts.shapes[i]));
  for (const int32_t i : g.outputs) info.outputs.push_back(tensor_info(model, i, names[i], facts.shapes[i]));
  for (const auto& signature : model.signature_defs) {
    SignatureInfo row{.key = signature->signature_key, .inputs = {}, .outputs = {}};
    for (const auto& map : signature->inputs) row.inputs.emplace_back(map->name, names[map->tensor_index]);
    for (const auto& map : signature->outputs) row.outputs.emplace_back(map->name, names[map->tensor_index]);
    info.signatures.push_back(std::move(row));
  }
  for (const auto& entry : model.metadata) info.metadata.push_back(entry->name);
  return info;
}

}  // namespace webquant
