#include "ops/facts.h"

#include <algorithm>

#include "ops/infer_context.h"
#include "ops/table.h"

namespace webquant {
namespace {

bool is_too_large(const Shape& shape) {
  double count = 1;
  for (const int32_t dim : shape) count *= dim;
  return count >= 2147483648.0;
}

// Two values a byte, the first in the lower half; each becomes a byte of its own.
std::vector<uint8_t> unpack_int4(std::span<const uint8_t> packed, size_t count) {
  std::vector<uint8_t> values(count);
  for (size_t i = 0; i < count; ++i) {
    const int half = packed[i / 2] >> (i % 2 * 4) & 15;
    values[i] = static_cast<uint8_t>(half < 8 ? half : half - 16);
  }
  return values;
}

// A shape may be missing altogether; a scalar looks the same, which does no harm.
bool is_dynamic(const Tensor& tensor) {
  return tensor.shape.empty() || std::ranges::count(tensor.shape_signature, -1) > 0;
}

void require_declared(const OpView& op, size_t i, bool declared_binds) {
  const Shape& inferred = op.output_shape(i);
  if (!declared_binds && std::ranges::none_of(inferred, [](int32_t d) { return d < 0; }) && is_too_large(inferred)) {
    fail(ErrorCode::kOutOfMemory, "options.batch", text(op.label(), " would give the shape ", to_string(inferred)));
  }
  element_count(inferred, op.label());
  const Tensor& output = op.output(i);
  if (declared_binds && !is_dynamic(output) && output.shape != inferred) {
    op.invalid(text("gives shape ", to_string(inferred), ", but the file says ", to_string(output.shape)));
  }
}

}  // namespace

TensorFacts TensorFacts::declared(const Model& model) {
  TensorFacts facts;
  const auto& tensors = webquant::graph(model).tensors;
  for (size_t i = 0; i < tensors.size(); ++i) {
    facts.shapes.push_back(tensors[i]->shape);
    if (tensors[i]->type == DType::INT4 && webquant::is_constant(model, *tensors[i]))
      facts.values[i] = unpack_int4(constant_data(model, *tensors[i]), element_count(tensors[i]->shape, "model"));
  }
  return facts;
}

void require_operands(const OpView& op, const OpDef& def) {
  const int inputs = static_cast<int>(op.input_count()), outputs = static_cast<int>(op.output_count());
  if (inputs < def.min_inputs || (def.max_inputs >= 0 && inputs > def.max_inputs))
    op.invalid(text("has ", inputs, " inputs"));
  if (outputs < 1 || (def.max_outputs >= 0 && outputs > def.max_outputs)) op.invalid(text("has ", outputs, " outputs"));
  const int required = def.max_inputs < 0 ? inputs : def.min_inputs;
  for (int i = 0; i < required; ++i) op.input_index(static_cast<size_t>(i));
}

void infer_op(const Model& model, size_t op_index, TensorFacts& facts, bool declared_binds) {
  InferContext context(model, op_index, facts);
  const OpDef* def = find_op(op_code(model, context.op()));
  if (!def) context.unsupported("webquant does not know this operator");
  require_operands(context, *def);
  def->infer(context);
  for (size_t i = 0; i < context.output_count(); ++i) require_declared(context, i, declared_binds);
  context.fold(*def);
  const bool leaves_graph = std::ranges::count(graph(model).outputs, context.op().outputs[0]) > 0;
  if (def->code == OpCode::DEQUANTIZE && context.is_constant(0) && context.output(0).type == DType::FLOAT32 &&
      !leaves_graph) {
    facts.dequantized[context.output_index(0)] = context.input_index(0);
  }
}

TensorFacts infer(const Model& model, int batch) {
  const Graph& g = graph(model);
  TensorFacts facts = TensorFacts::declared(model);
  if (batch > 0) {
    for (const int32_t i : g.inputs) {
      Shape& shape = facts.shapes[i];
      const auto& signature = g.tensors[i]->shape_signature;
      if (signature.empty() || signature[0] != -1) {
        fail(ErrorCode::kInvalidInput, "options.batch",
             text("input \"", g.tensors[i]->name, "\" has the fixed shape ", to_string(shape),
                  ", so batch must be omitted"));
      }
      shape[0] = batch;
      if (is_too_large(shape)) {
        fail(ErrorCode::kOutOfMemory, "options.batch",
             text("input \"", g.tensors[i]->name, "\" would have the shape ", to_string(shape)));
      }
    }
  }
  for (size_t n = 0; n < g.operators.size(); ++n) infer_op(model, n, facts, /*declared_binds=*/batch == 0);
  return facts;
}

}  // namespace webquant
