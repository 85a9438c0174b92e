#include "quantize/quantize.h"

#include <algorithm>
#include <cmath>

#include "model/check.h"
#include "ops/activation.h"
#include "ops/table.h"
#include "ops/view.h"
#include "quantize/graph_editor.h"

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

bool is_float_constant(const Model& model, const Operator& op, int slot) {
  if (slot < 0 || static_cast<size_t>(slot) >= op.inputs.size() || op.inputs[slot] < 0) return false;
  const Tensor& tensor = *graph(model).tensors[op.inputs[slot]];
  return tensor.type == DType::FLOAT32 && !tensor.sparsity && is_constant(model, tensor);
}

tflite::ActivationFunctionType clamp_of(const Model& model, const Operator& op) {
  const OpCode code = op_code(model, op);
  if (code == OpCode::RELU) return tflite::ActivationFunctionType::RELU;
  if (code == OpCode::RELU6) return tflite::ActivationFunctionType::RELU6;
  if (code == OpCode::RELU_N1_TO_1) return tflite::ActivationFunctionType::RELU_N1_TO_1;
  return fused_activation(op);
}

std::vector<float> weight_scales(const Model& model, const Tensor& weights, int channel_axis, bool per_channel) {
  const auto values = constant_values<float>(model, weights);
  min_max(values, text("constant \"", weights.name, "\""));  // refuses NaN and infinities
  const ChannelView view = per_channel ? channel_view(weights.shape, channel_axis) : ChannelView{1, 1, values.size()};
  std::vector<float> scales = channel_max_abs(values, view);
  for (float& scale : scales) {
    scale = weight_scale(scale);
    // Of a channel of zeros, or of denormals, any scale is right; kernels want a normal number.
    if (!std::isnormal(scale)) scale = 1;
  }
  return scales;
}

int add_int8_weights(GraphEditor& editor, const Model& model, const Tensor& weights, int channel_axis,
                     std::vector<float> scales) {
  const auto values = constant_values<float>(model, weights);
  const ChannelView view =
      scales.size() > 1 ? channel_view(weights.shape, channel_axis) : ChannelView{1, 1, values.size()};
  const auto quantized = quantize_channels(values, view, scales);
  return editor.add_constant<int8_t>(constant_name(weights.name), weights.shape, DType::INT8, quantized,
                                     std::move(scales), channel_axis);
}

int GraphEditor::add_tensor(int like, std::string name, DType type) {
  const Tensor& original = tensor(like);
  auto added = std::make_unique<Tensor>();
  added->shape = original.shape;
  added->shape_signature = original.shape_signature;
  added->has_rank = original.has_rank;
  added->name = std::move(name);
  added->type = type;
  graph(model_).tensors.push_back(std::move(added));
  return static_cast<int>(graph(model_).tensors.size()) - 1;
}

int GraphEditor::add_constant_bytes(std::string name, Shape shape, DType type, std::span<const uint8_t> bytes,
                                    std::vector<float> scales, int axis) {
  auto added = std::make_unique<Tensor>();
  added->name = std::move(name);
  added->shape = std::move(shape);
  added->type = type;
  added->buffer = add_buffer(model_, bytes);
  if (!scales.empty()) {
    added->quantization = std::make_unique<tflite::QuantizationParametersT>();
    added->quantization->zero_point.assign(scales.size(), 0);
    added->quantization->quantized_dimension = scales.size() > 1 ? axis : 0;
    added->quantization->scale = std::move(scales);
  }
  graph(model_).tensors.push_back(std::move(added));
  return static_cast<int>(graph(model_).tensors.size()) - 1;
}

void GraphEditor::set_params(int index, QuantParams params) {
  auto& quant = tensor(index).quantization;
  quant = std::make_unique<tflite::QuantizationParametersT>();
  quant->scale = {params.scale};
  quant->zero_point = {params.zero_point};
}

void GraphEditor::set_version(size_t index, int version) {
  const int before = model_.operator_codes[op(index).opcode_index]->version;
  op(index).opcode_index = intern_op_code(model_, op_code(model_, op(index)), std::max(before, version));
}

void GraphEditor::insert_conversion(size_t op, OpCode code, int version, int input, int output) {
  auto added = std::make_unique<Operator>();
  added->opcode_index = intern_op_code(model_, code, version);
  added->inputs = {input};
  added->outputs = {output};
  before_[op].push_back(std::move(added));
}

void GraphEditor::finish() {
  auto& operators = graph(model_).operators;
  std::vector<std::unique_ptr<Operator>> all;
  for (size_t n = 0; n < before_.size(); ++n) {
    for (auto& added : before_[n]) all.push_back(std::move(added));
    if (n < operators.size()) all.push_back(std::move(operators[n]));
  }
  operators = std::move(all);
  remove_unused(model_);
}

}  // namespace webquant
