#include "run/lower/lower.h"

#include <algorithm>
#include <cmath>

#include "ops/activation.h"
#include "ops/table.h"
#include "run/kernels/nodes.h"

namespace webquant {
namespace {

bool is_quantized(DType type) { return type == DType::INT8 || type == DType::UINT8; }

}  // namespace

uint32_t LowerContext::in(size_t i) {
  if (input_overrides_[i] != XNN_INVALID_VALUE_ID) return input_overrides_[i];
  return builder_.value(input_index(i), *this);
}

uint32_t LowerContext::out(size_t i) {
  if (output_overrides_[i] != XNN_INVALID_VALUE_ID) return output_overrides_[i];
  return builder_.value(output_index(i), *this);
}

DType LowerContext::in_type(size_t i) const {
  // Half-precision constants are expanded when they are loaded.
  if (is_known(i) && input(i).type == DType::FLOAT16) return DType::FLOAT32;
  return in_float_ && is_quantized(input(i).type) ? DType::FLOAT32 : input(i).type;
}

DType LowerContext::out_type() const {
  return in_float_ && is_quantized(output(0).type) ? DType::FLOAT32 : output(0).type;
}

void LowerContext::compute_in_float() {
  const uint32_t skipped = rule().skip_inputs;
  for (size_t i = 0; i < input_count(); ++i) {
    if ((skipped >> i & 1) || !has_input(i) || !is_quantized(input(i).type)) continue;
    if (is_known(i)) {
      input_overrides_[i] = float_constant(input_shape(i), constant_floats(i));
      continue;
    }
    const uint32_t converted = float_temporary(input_shape(i));
    unary(xnn_unary_convert, in(i), converted);
    input_overrides_[i] = converted;
  }
  for (size_t i = 0; i < output_count(); ++i) {
    if (is_quantized(output(i).type)) output_overrides_[i] = float_temporary(output_shape(i));
  }
  in_float_ = true;
}

void LowerContext::reshape_input(size_t i, const Shape& shape) {
  if (input_shapes_[i] == shape) return;
  const Tensor& tensor = input(i);
  const QuantParams quant = is_quantized(tensor.type) ? require_params(tensor, "input") : QuantParams{};
  const uint32_t reshaped = builder_.define(in_type(i), shape, quant, nullptr, *this);
  check(xnn_define_static_reshape(graph(), shape.size(), to_sizes(shape).data(), in(i), reshaped, 0));
  input_overrides_[i] = reshaped;
  input_shapes_[i] = shape;
}

void LowerContext::finish() {
  for (size_t i = 0; i < output_count(); ++i) {
    if (output_overrides_[i] == XNN_INVALID_VALUE_ID) continue;
    unary(xnn_unary_convert, output_overrides_[i], builder_.value(output_index(i), *this));
  }
}

void LowerContext::match_output_scale(size_t i) {
  if (in_float_ || in_type(i) != out_type() || !is_quantized(out_type())) return;
  if (per_tensor_params(input(i)) == per_tensor_params(output(0))) return;
  const uint32_t rescaled = temporary(input_shape(i));
  rescale(i, rescaled);
  input_overrides_[i] = rescaled;
}

void LowerContext::rescale(size_t i, uint32_t to) {
  const float factor = require_params(input(i), "input").scale / require_params(output(0), "output").scale;
  uint32_t from = in(i);
  // There is a kernel for factors from 2^-8 to 2^7, which nothing checks, and none between signed and unsigned.
  if (in_type(i) != out_type() || factor < 0x1p-8f || factor > 0x1p7f) {
    const uint32_t real = float_temporary(input_shape(i));
    unary(xnn_unary_convert, from, real);
    from = real;
  }
  unary(xnn_unary_convert, from, to);
}

uint32_t LowerContext::temporary(const Shape& shape) {
  if (!is_quantized(out_type())) return float_temporary(shape);
  return builder_.define(output(0).type, shape, require_params(output(0), "output"), nullptr, *this);
}

uint32_t LowerContext::float_temporary(const Shape& shape) {
  return builder_.define(DType::FLOAT32, shape, {}, nullptr, *this);
}

uint32_t LowerContext::float_constant(const Shape& shape, std::span<const float> values) {
  const float* data = builder_.keep(values, SubgraphBuilder::Lifetime::kLasting);
  return builder_.define(DType::FLOAT32, shape, {}, data, *this);
}

uint32_t LowerContext::int8_constant(const Shape& shape, size_t channel_axis, std::span<const int8_t> values,
                                     std::span<const float> scales) {
  return define_int8_weights(shape, channel_axis, builder_.keep(values, SubgraphBuilder::Lifetime::kPacked), scales);
}

uint32_t LowerContext::define_int8_weights(const Shape& shape, size_t channel_axis, const int8_t* values,
                                           std::span<const float> scales) {
  const auto sizes = to_sizes(shape);
  uint32_t id = XNN_INVALID_VALUE_ID;
  const xnn_status status = xnn_define_channelwise_quantized_tensor_value(
      graph(), xnn_datatype_qcint8, builder_.keep_scales(scales), sizes.size(), channel_axis, sizes.data(), values,
      XNN_INVALID_VALUE_ID, 0, &id);
  if (status == xnn_status_out_of_memory) fail(ErrorCode::kOutOfMemory, label(), "no memory for its weights");
  if (status != xnn_status_success) unsupported("XNNPACK does not take its weights: a scale is 0 or denormal");
  return id;
}

QuantParams LowerContext::require_params(const Tensor& tensor, const char* role) const {
  const auto params = per_tensor_params(tensor);
  if (!params)
    unsupported(
        text("its ", role, " \"", tensor.name, "\" is ", to_string(tensor.type), " without one scale and zero point"));
  return *params;
}

const QuantRule& LowerContext::rule() const { return find_op(op_code(model(), op()))->quant; }

void LowerContext::with_activation(tflite::ActivationFunctionType activation,
                                   const std::function<void(float, float, uint32_t)>& define) {
  const auto [min, max] = activation_range(activation);
  if (activation != tflite::ActivationFunctionType::TANH && activation != tflite::ActivationFunctionType::SIGN_BIT) {
    return define(min, max, out());
  }
  if (activation == tflite::ActivationFunctionType::SIGN_BIT) unsupported("has the fused activation SIGN_BIT");
  // The sum before the activation has no scale of its own in the file.
  if (out_type() != DType::FLOAT32) unsupported(text("has the fused activation TANH on ", to_string(out_type())));
  const uint32_t before = temporary(output_shape(0));
  define(min, max, before);
  unary(xnn_unary_tanh, before, out());
}

void LowerContext::check_value(xnn_status status) const {
  if (status == xnn_status_success) return;
  if (status == xnn_status_out_of_memory) fail(ErrorCode::kOutOfMemory, label(), "no memory for it");
  unsupported("XNNPACK has no kernel for it");
}

void LowerContext::check(xnn_status status) {
  check_value(status);
  prepare_last_node(graph());
  if (last_node_is_ours(graph())) builder_.set_own_kernel(index());
  builder_.add_node(index());
}

void LowerContext::require_window_budget(int64_t kernel_elements) const {
  const Shape& y = output_shape(0);
  const double pointers = static_cast<double>(kernel_elements) * y[1] * y[2];
  if (kernel_elements > (1 << 24) || pointers > (1 << 28)) {
    unsupported(text("has windows of ", kernel_elements, " elements on an output of ", to_string(y)));
  }
}

void LowerContext::require_taken_types() const {
  for (size_t i = 0; i < input_count(); ++i) {
    if (!has_input(i) || (i < 32 && (rule().skip_inputs >> i & 1))) continue;
    const DType type = input(i).type;
    const bool is_real = type == DType::FLOAT32 || type == DType::FLOAT16 || type == DType::INT8 ||
                         type == DType::UINT8 || type == DType::INT4;
    const bool is_integer_bias = type == DType::INT32 && rule().bias == static_cast<int>(i);
    if (!is_real && !is_integer_bias)
      unsupported(text("its input \"", input(i).name, "\" is ", to_string(type), ", which no kernel takes"));
  }
}

void lower(SubgraphBuilder& builder, size_t op) {
  LowerContext context(builder, op);
  const OpDef* def = find_op(op_code(builder.model(), context.op()));
  if (!def) context.unsupported("webquant does not know this operator");
  context.require_taken_types();
  def->lower(context);
  context.finish();
}

}  // namespace webquant
