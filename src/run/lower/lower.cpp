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

bool LowerContext::is_dynamic() const {
  const int weights = rule().weights;
  return in_type(rule().data) == DType::FLOAT32 && is_constant(weights) && stored_type(weights) == DType::INT8;
}

LowerContext::Weighted LowerContext::weighted_operands(int slice_dims, const Shape& shape) {
  const size_t data = rule().data, weights_slot = rule().weights, bias = rule().bias;
  const int axis = rule().channel_axis;
  const Tensor& weights = input(weights_slot);
  const DType type = in_type(data);
  const bool dynamic = slice_dims > 0 && is_dynamic();
  Weighted operands{XNN_INVALID_VALUE_ID, XNN_INVALID_VALUE_ID, XNN_INVALID_VALUE_ID};

  if (type == DType::FLOAT32 && !dynamic) {
    operands.input = in(data);
    operands.weights = is_known(weights_slot) ? packed_floats(weights_slot) : in(weights_slot);
    if (has_input(bias)) operands.bias = is_known(bias) ? packed_floats(bias) : in(bias);
    return operands;
  }

  // Models of TensorFlow 1: one scale and zero point for all weights.
  if (is_constant(weights_slot) && type == DType::UINT8 && weights.type == DType::UINT8) {
    const QuantParams params = require_params(weights, "weights");
    const uint8_t* bytes = constant_bytes(weights_slot).data();
    require_taken_scales({{params.scale}});
    operands.input = in(data);
    operands.weights = builder_.define(DType::UINT8, shape, params, bytes, *this);
    if (has_input(bias)) operands.bias = int32_bias({{params.scale}});
    return operands;
  }

  if (!is_constant(weights_slot) || stored_type(weights_slot) != DType::INT8 || (type != DType::INT8 && !dynamic)) {
    unsupported(text("has ", to_string(type), " input and ", to_string(weights.type), " weights",
                     is_constant(weights_slot) ? "" : " that are no constant"));
  }
  const auto* quant = weights.quantization.get();
  if (!quant || quant->scale.empty() || std::ranges::any_of(quant->zero_point, [](int64_t z) { return z != 0; })) {
    unsupported("its int8 weights are not symmetric");
  }
  if (quant->scale.size() > 1 && quant->quantized_dimension != axis) {
    unsupported(text("its weights have scales along dimension ", quant->quantized_dimension, " instead of ", axis));
  }
  std::vector<float> scales = quant->scale;
  if (scales.size() == 1) scales.assign(shape[axis], quant->scale[0]);
  operands.weights = define_int8_weights(shape, axis, values_of<int8_t>(constant_bytes(weights_slot)).data(), scales);
  if (dynamic) {
    operands.input = quantized_at_run_time(data, slice_dims);
    if (has_input(bias)) operands.bias = packed_floats(bias);
  } else {
    require_taken_scales(scales);
    operands.input = in(data);
    if (has_input(bias)) operands.bias = int32_bias(scales);
  }
  return operands;
}

// XNNPACK packs these when the runtime is created, so they need not outlive that, and those of the model are not
// copied.
uint32_t LowerContext::packed_floats(size_t i) {
  const void* data = constant_bytes(i).data();
  const bool as_stored = !is_dequantized(i) && input(i).type == DType::FLOAT32;
  if (as_stored) {
    require_plain(input(i));
  } else {
    data = builder_.keep<float>(constant_floats(i), SubgraphBuilder::Lifetime::kPacked);
  }
  return builder_.define(DType::FLOAT32, input_shape(i), {}, data, *this);
}

void LowerContext::require_taken_scales(std::span<const float> weight_scales) const {
  const float in_scale = require_params(input(rule().data), "input").scale,
              out_scale = require_params(output(0), "output").scale;
  for (const float scale : weight_scales) {
    if (in_scale * scale / out_scale < 256) continue;
    unsupported(text("its output's scale of ", out_scale, " is too small for an input scale of ", in_scale,
                     " and a weight scale of ", scale, ": at most 256 output steps may make one step of a product"));
  }
}

uint32_t LowerContext::quantized_at_run_time(size_t i, int slice_dims) {
  const auto sizes = to_sizes(input_shapes_[i]);
  uint32_t id = XNN_INVALID_VALUE_ID;
  const xnn_status status = xnn_define_dynamically_quantized_tensor_value(
      graph(), xnn_datatype_qdint8, sizes.size(), slice_dims, sizes.data(), XNN_INVALID_VALUE_ID, 0, &id);
  if (status != xnn_status_success)
    unsupported(text("cannot quantize an input of shape ", to_string(input_shape(i)), " at run time"));
  unary(xnn_unary_convert, in(i), id);
  return id;
}

uint32_t LowerContext::int32_bias(std::span<const float> weight_scales) {
  const size_t slot = rule().bias;
  const Tensor& bias = input(slot);
  if (!is_constant(slot) || bias.type != DType::INT32) {
    unsupported(text("needs a constant int32 bias, not ", to_string(bias.type)));
  }
  const float input_scale = require_params(input(rule().data), "input").scale;
  const bool weights_are_unsigned = input(rule().weights).type == DType::UINT8;
  std::vector<float> scales;
  for (const float scale : weight_scales) scales.push_back(scale * input_scale);
  // The kernels take the bias to be in steps of input scale x weight scale, whatever the file says; so the file must
  // say that.
  if (bias.quantization && !bias.quantization->scale.empty()) {
    for (size_t i = 0; i < scales.size(); ++i) {
      const float stated = bias.quantization->scale[bias.quantization->scale.size() == 1 ? 0 : i];
      if (std::abs(stated - scales[i]) > 0.02f * require_params(output(0), "output").scale) {
        unsupported(text("has a bias scale of ", stated, " where input and weights give ", scales[i]));
      }
    }
  }
  const auto sizes = to_sizes(input_shape(slot));
  const int32_t* data = values_of<int32_t>(constant_bytes(slot)).data();
  uint32_t id = XNN_INVALID_VALUE_ID;
  if (weights_are_unsigned) {
    check_value(xnn_define_quantized_tensor_value(graph(), xnn_datatype_qint32, 0, scales[0], sizes.size(),
                                                  sizes.data(), data, XNN_INVALID_VALUE_ID, 0, &id));
  } else {
    check_value(xnn_define_channelwise_quantized_tensor_value(graph(), xnn_datatype_qcint32,
                                                              builder_.keep_scales(scales), sizes.size(), 0,
                                                              sizes.data(), data, XNN_INVALID_VALUE_ID, 0, &id));
  }
  return id;
}

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
