#include "quantize/fuse.h"

#include <algorithm>
#include <memory>

#include "ops/activation.h"
#include "ops/table.h"

namespace webquant {
namespace {

using Activation = tflite::ActivationFunctionType;

bool is_stand_alone_clamp(const Model& model, const Operator& op) {
  return fused_activation_field(op) == nullptr && clamp_of(model, op) != Activation::NONE && op.inputs.size() == 1 &&
         op.outputs.size() == 1 && op.inputs[0] >= 0;
}

// CONCATENATION and L2_NORMALIZATION have a field for it that runtimes ignore or refuse, and nobody knows what an
// operator outside the table makes of it.
bool takes_clamp(const Model& model, const Operator& op) {
  const OpCode code = op_code(model, op);
  if (!find_op(code)) return false;
  if (code == OpCode::CONCATENATION || code == OpCode::L2_NORMALIZATION) return false;
  const Activation* field = fused_activation_field(op);
  return field && *field == Activation::NONE && op.outputs.size() == 1;
}

// How often each tensor is read, be it by operators, as an output or by a signature.
std::vector<size_t> count_readers(const Model& model) {
  const Graph& g = graph(model);
  std::vector<size_t> readers(g.tensors.size());
  const auto count = [&](int32_t tensor) {
    if (tensor >= 0) ++readers[tensor];
  };
  for (const auto& op : g.operators) {
    for (const auto* tensors : {&op->inputs, &op->intermediates}) std::ranges::for_each(*tensors, count);
  }
  std::ranges::for_each(g.outputs, count);
  for (const auto& signature : model.signature_defs) {
    for (const auto& output : signature->outputs) count(static_cast<int32_t>(output->tensor_index));
  }
  return readers;
}

}  // namespace

tflite::ActivationFunctionType clamp_of(const Model& model, const Operator& op) {
  const OpCode code = op_code(model, op);
  if (code == OpCode::RELU) return tflite::ActivationFunctionType::RELU;
  if (code == OpCode::RELU6) return tflite::ActivationFunctionType::RELU6;
  if (code == OpCode::RELU_N1_TO_1) return tflite::ActivationFunctionType::RELU_N1_TO_1;
  return find_op(code) ? fused_activation(op) : tflite::ActivationFunctionType::NONE;
}

FusedClamps fuse_clamps(Model& model, const QuantSpec& spec) {
  Graph& g = graph(model);
  const auto readers = count_readers(model);
  FusedClamps fused;
  std::vector<int> maker(g.tensors.size(), -1);  // index of the operator, among those that stay
  std::vector<std::unique_ptr<Operator>> kept;
  for (size_t n = 0; n < g.operators.size(); ++n) {
    Operator& op = *g.operators[n];
    const int before = is_stand_alone_clamp(model, op) && readers[op.inputs[0]] == 1 ? maker[op.inputs[0]] : -1;
    if (before < 0 || g.tensors[op.outputs[0]]->type != DType::FLOAT32 || !takes_clamp(model, *kept[before])) {
      for (const int32_t output : op.outputs) maker[output] = static_cast<int>(kept.size());
      fused.operators.push_back(kept.size());
      kept.push_back(std::move(g.operators[n]));
      continue;
    }
    Operator& host = *kept[before];
    if (spec.excluded(g.tensors[host.outputs[0]]->name)) fused.excluded.insert(g.tensors[op.outputs[0]]->name);
    *fused_activation_field(host) = clamp_of(model, op);
    host.outputs = op.outputs;
    maker[op.outputs[0]] = before;
    fused.operators.push_back(before);
    // Others know the field from their first version on.
    if (op_code(model, host) == OpCode::TRANSPOSE_CONV)
      host.opcode_index = intern_op_code(model, OpCode::TRANSPOSE_CONV, 4);
  }
  g.operators = std::move(kept);
  return fused;
}

}  // namespace webquant
