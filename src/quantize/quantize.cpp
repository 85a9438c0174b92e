#include "quantize/quantize.h"

#include "model/check.h"
#include "ops/facts.h"
#include "ops/table.h"
#include "ops/view.h"
#include "quantize/constants.h"
#include "quantize/decisions.h"
#include "quantize/dynamic.h"
#include "quantize/fp16.h"
#include "quantize/fuse.h"
#include "quantize/static.h"

namespace webquant {
namespace {

// Quantizing twice would add error on error; the float original gives a better result. Half precision is so fine that
// nothing is lost by it.
void require_float(const Model& model, Mode mode) {
  for (const auto& tensor : graph(model).tensors) {
    const bool quantized = tensor->type == DType::INT8 || tensor->type == DType::UINT8 ||
                           tensor->type == DType::INT16 || tensor->type == DType::INT4 ||
                           (tensor->type == DType::FLOAT16 && mode == Mode::kFp16);
    if (!quantized) continue;
    fail(ErrorCode::kInvalidInput, "model",
         text("is already quantized: \"", tensor->name, "\" is ", to_string(tensor->type),
              "; start from the float32 model"));
  }
}

// What the modes rely on: operands are there, and there is one bias for each channel of the weights. Shapes of
// activations do not matter.
void require_sound_operators(const Model& model) {
  const TensorFacts facts = TensorFacts::declared(model);
  for (size_t n = 0; n < graph(model).operators.size(); ++n) {
    const OpView op(model, n, facts);
    const OpDef* def = find_op(op_code(model, op.op()));
    if (!def) continue;
    require_operands(op, *def);
    if (!is_float_constant(model, op.op(), def->quant.weights)) continue;
    const Shape& weights = op.input_shape(def->quant.weights);
    const auto axis = static_cast<size_t>(def->quant.channel_axis);
    if (axis >= weights.size()) op.invalid(text("has weights ", to_string(weights)));
    if (op.has_input(def->quant.bias) && op.input_shape(def->quant.bias) != Shape{weights[axis]}) {
      op.invalid(text("has weights ", to_string(weights), " and a bias ", to_string(op.input_shape(def->quant.bias))));
    }
  }
}

}  // namespace

QuantResult quantize(Model model, const QuantSpec& asked, const Stats* stats) {
  require_float(model, asked.mode);
  expand_halves(model);
  require_sound_operators(model);
  std::vector<OpDecision> rows = undecided(model);
  const FusedClamps fused = fuse_clamps(model, asked);
  QuantSpec spec = asked;
  spec.excluded = [&](const std::string& name) { return asked.excluded(name) || fused.excluded.contains(name); };
  if (spec.io != DType::FLOAT32 && spec.mode != Mode::kStaticInt8) {
    fail(ErrorCode::kInvalidInput, "options.io",
         text("only static-int8 can have ", to_string(spec.io), " inputs and outputs"));
  }
  QuantResult result;
  result.ops = undecided(model);
  switch (spec.mode) {
    case Mode::kFp16:
      quantize_fp16(model, spec, result);
      break;
    case Mode::kDynamicInt8:
      quantize_dynamic(model, spec, result);
      break;
    case Mode::kStaticInt8:
      if (!stats || stats->samples == 0) {
        fail(ErrorCode::kMissingStats, "options.stats", "static-int8 needs the statistics of at least one sample");
      }
      quantize_static(model, spec, *stats, result);
      break;
  }
  check(model);
  result.model = std::move(model);
  for (OpDecision& row : rows) {
    const OpDecision& now = result.ops[fused.operators[row.index]];
    row.decision = now.decision;
    row.reason = now.reason;
  }
  result.ops = std::move(rows);
  return result;
}

}  // namespace webquant
