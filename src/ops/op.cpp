// What shape inference and lowering have in common, and the walk over the operators.
#include "ops/op.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace webquant {

const OpDef* find_op(OpCode code) {
  for (const OpDef& def : op_table()) {
    if (def.code == code) return &def;
  }
  return nullptr;
}

size_t OpView::input_index(size_t i) const {
  if (!has_input(i)) invalid(text("lacks input ", i));
  return static_cast<size_t>(op().inputs[i]);
}

std::vector<int32_t> OpView::constant_ints(size_t i) const {
  const Tensor& tensor = input(i);
  if (element_count(tensor.shape, label()) == 0) return {};
  if (!is_constant(i)) unsupported(text("input ", i, " (\"", tensor.name, "\") must be a constant"));
  if (tensor.type == DType::INT32) {
    const auto values = constant_values<int32_t>(model_, tensor);
    return {values.begin(), values.end()};
  }
  if (tensor.type != DType::INT64) invalid(text("input ", i, " must be int32 or int64, not ", to_string(tensor.type)));
  std::vector<int32_t> narrowed;
  for (const int64_t value : constant_values<int64_t>(model_, tensor)) {
    if (value != static_cast<int32_t>(value)) invalid(text("input ", i, " holds ", value, ", which is out of range"));
    narrowed.push_back(static_cast<int32_t>(value));
  }
  return narrowed;
}

namespace {

bool is_too_large(const Shape& shape) {
  double count = 1;
  for (const int32_t dim : shape) count *= dim;
  return count >= 2147483648.0;
}

}  // namespace

void require_operands(const OpView& op, const OpDef& def) {
  const int count = static_cast<int>(op.input_count());
  if (count < def.min_inputs || (def.max_inputs >= 0 && count > def.max_inputs))
    op.invalid(text("has ", count, " inputs"));
  if (op.output_count() != 1) op.invalid(text("has ", op.output_count(), " outputs instead of 1"));
  const int required = def.max_inputs < 0 ? count : def.min_inputs;
  for (int i = 0; i < required; ++i) op.input_index(static_cast<size_t>(i));
}

void infer_op(const Model& model, size_t op_index, std::vector<Shape>& shapes, bool declared_binds) {
  InferContext context(model, op_index, shapes);
  const OpDef* def = find_op(op_code(model, context.op()));
  if (!def) context.unsupported("webquant does not know this operator");
  require_operands(context, *def);
  def->infer(context);
  const Shape& inferred = context.output_shape(0);
  if (!declared_binds && std::ranges::none_of(inferred, [](int32_t d) { return d < 0; }) && is_too_large(inferred)) {
    fail(ErrorCode::kOutOfMemory, "options.batch",
         text(context.label(), " would give the shape ", to_string(inferred)));
  }
  element_count(inferred, context.label());
  const Tensor& output = context.output(0);
  // A shape may be missing altogether; a scalar looks the same, which does no harm.
  const bool dynamic = output.shape.empty() || std::ranges::count(output.shape_signature, -1) > 0;
  if (declared_binds && !dynamic && output.shape != inferred) {
    context.invalid(text("gives shape ", to_string(inferred), ", but the file says ", to_string(output.shape)));
  }
}

std::vector<Shape> infer_shapes(const Model& model, int batch) {
  const Graph& g = graph(model);
  std::vector<Shape> shapes;
  for (const auto& tensor : g.tensors) shapes.push_back(tensor->shape);
  if (batch > 0) {
    for (const int32_t i : g.inputs) {
      const auto& signature = g.tensors[i]->shape_signature;
      if (signature.empty() || signature[0] != -1) {
        fail(ErrorCode::kInvalidInput, "options.batch",
             text("input \"", g.tensors[i]->name, "\" has the fixed shape ", to_string(shapes[i]),
                  ", so batch must be omitted"));
      }
      shapes[i][0] = batch;
      if (is_too_large(shapes[i])) {
        fail(ErrorCode::kOutOfMemory, "options.batch",
             text("input \"", g.tensors[i]->name, "\" would have the shape ", to_string(shapes[i])));
      }
    }
  }
  for (size_t n = 0; n < g.operators.size(); ++n) infer_op(model, n, shapes, /*declared_binds=*/batch == 0);
  return shapes;
}

WindowPadding window_padding(tflite::Padding padding, int32_t input, int32_t kernel, int32_t stride, int32_t dilation) {
  if (padding == tflite::Padding::VALID) return {0, 0};
  const int64_t output = (static_cast<int64_t>(input) + stride - 1) / stride;
  const int64_t window = static_cast<int64_t>(kernel - 1) * dilation + 1;
  const int64_t total = std::max<int64_t>((output - 1) * stride + window - input, 0);
  // The odd element goes behind.
  return {static_cast<int32_t>(total / 2), static_cast<int32_t>(total - total / 2)};
}

ActivationRange activation_range(tflite::ActivationFunctionType activation) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  switch (activation) {
    case tflite::ActivationFunctionType::RELU:
      return {0, inf};
    case tflite::ActivationFunctionType::RELU6:
      return {0, 6};
    case tflite::ActivationFunctionType::RELU_N1_TO_1:
      return {-1, 1};
    default:
      return {-inf, inf};
  }
}

tflite::ActivationFunctionType fused_activation(const Operator& op) {
  const auto& o = op.builtin_options;
  if (const auto* options = o.AsConv2DOptions()) return options->fused_activation_function;
  if (const auto* options = o.AsDepthwiseConv2DOptions()) return options->fused_activation_function;
  if (const auto* options = o.AsFullyConnectedOptions()) return options->fused_activation_function;
  if (const auto* options = o.AsAddOptions()) return options->fused_activation_function;
  if (const auto* options = o.AsMulOptions()) return options->fused_activation_function;
  if (const auto* options = o.AsPool2DOptions()) return options->fused_activation_function;
  if (const auto* options = o.AsConcatenationOptions()) return options->fused_activation_function;
  return tflite::ActivationFunctionType::NONE;
}

}  // namespace webquant
