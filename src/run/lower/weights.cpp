#include "run/lower/weights.h"

#include <algorithm>
#include <cmath>

namespace webquant {
namespace {

// XNNPACK packs these when the runtime is created, so they need not outlive that, and those of the model are not
// copied.
uint32_t packed_floats(LowerContext& c, size_t i) {
  const void* data = c.constant_bytes(i).data();
  const bool as_stored = !c.is_dequantized(i) && c.input(i).type == DType::FLOAT32;
  if (as_stored) {
    c.require_plain(c.input(i));
  } else {
    data = c.builder().keep<float>(c.constant_floats(i), SubgraphBuilder::Lifetime::kPacked);
  }
  return c.builder().define(DType::FLOAT32, c.input_shape(i), {}, data, c);
}

void require_taken_scales(const LowerContext& c, std::span<const float> weight_scales) {
  const float in_scale = c.require_params(c.input(c.rule().data), "input").scale,
              out_scale = c.require_params(c.output(0), "output").scale;
  for (const float scale : weight_scales) {
    if (in_scale * scale / out_scale < 256) continue;
    c.unsupported(text("its output's scale of ", out_scale, " is too small for an input scale of ", in_scale,
                       " and a weight scale of ", scale, ": at most 256 output steps may make one step of a product"));
  }
}

// The kernels take the bias to be in steps of input scale x weight scale, whatever the file says; so the file must say
// that.
void require_stated_scales(const LowerContext& c, const Tensor& bias, std::span<const float> scales) {
  if (!bias.quantization || bias.quantization->scale.empty()) return;
  const auto& stated = bias.quantization->scale;
  for (size_t i = 0; i < scales.size(); ++i) {
    const float said = stated[stated.size() == 1 ? 0 : i];
    if (std::abs(said - scales[i]) > 0.02f * c.require_params(c.output(0), "output").scale)
      c.unsupported(text("has a bias scale of ", said, " where input and weights give ", scales[i]));
  }
}

uint32_t int32_bias(LowerContext& c, std::span<const float> weight_scales) {
  const size_t slot = c.rule().bias;
  const Tensor& bias = c.input(slot);
  if (!c.is_constant(slot) || bias.type != DType::INT32)
    c.unsupported(text("needs a constant int32 bias, not ", to_string(bias.type)));
  const float input_scale = c.require_params(c.input(c.rule().data), "input").scale;
  std::vector<float> scales;
  for (const float scale : weight_scales) scales.push_back(scale * input_scale);
  require_stated_scales(c, bias, scales);
  const auto sizes = to_sizes(c.input_shape(slot));
  const int32_t* data = values_of<int32_t>(c.constant_bytes(slot)).data();
  uint32_t id = XNN_INVALID_VALUE_ID;
  if (c.input(c.rule().weights).type == DType::UINT8) {
    c.check_value(xnn_define_quantized_tensor_value(c.graph(), xnn_datatype_qint32, 0, scales[0], sizes.size(),
                                                    sizes.data(), data, XNN_INVALID_VALUE_ID, 0, &id));
  } else {
    c.check_value(xnn_define_channelwise_quantized_tensor_value(c.graph(), xnn_datatype_qcint32,
                                                                c.builder().keep_scales(scales), sizes.size(), 0,
                                                                sizes.data(), data, XNN_INVALID_VALUE_ID, 0, &id));
  }
  return id;
}

uint32_t quantized_at_run_time(LowerContext& c, size_t i, int slice_dims) {
  const auto sizes = to_sizes(c.shape_in(i));
  uint32_t id = XNN_INVALID_VALUE_ID;
  const xnn_status status = xnn_define_dynamically_quantized_tensor_value(
      c.graph(), xnn_datatype_qdint8, sizes.size(), slice_dims, sizes.data(), XNN_INVALID_VALUE_ID, 0, &id);
  if (status != xnn_status_success)
    c.unsupported(text("cannot quantize an input of shape ", to_string(c.input_shape(i)), " at run time"));
  c.unary(xnn_unary_convert, c.in(i), id);
  return id;
}

Weighted float_operands(LowerContext& c) {
  const QuantRule& rule = c.rule();
  const auto constant_or_value = [&](size_t i) { return c.is_known(i) ? packed_floats(c, i) : c.in(i); };
  Weighted operands{c.in(rule.data), constant_or_value(rule.weights), XNN_INVALID_VALUE_ID};
  if (c.has_input(rule.bias)) operands.bias = constant_or_value(rule.bias);
  return operands;
}

// Models of TensorFlow 1: one scale and zero point for all weights.
Weighted uint8_operands(LowerContext& c, const Shape& shape) {
  const QuantRule& rule = c.rule();
  const QuantParams params = c.require_params(c.input(rule.weights), "weights");
  require_taken_scales(c, {{params.scale}});
  Weighted operands{c.in(rule.data), XNN_INVALID_VALUE_ID, XNN_INVALID_VALUE_ID};
  operands.weights = c.builder().define(DType::UINT8, shape, params, c.constant_bytes(rule.weights).data(), c);
  if (c.has_input(rule.bias)) operands.bias = int32_bias(c, {{params.scale}});
  return operands;
}

// One scale a channel. Throws unsupported for int8 weights in another form than kernels take.
std::vector<float> channel_scales(const LowerContext& c, const Shape& shape) {
  const int axis = c.rule().channel_axis;
  const auto* quant = c.input(c.rule().weights).quantization.get();
  if (!quant || quant->scale.empty() || std::ranges::any_of(quant->zero_point, [](int64_t z) { return z != 0; }))
    c.unsupported("its int8 weights are not symmetric");
  if (quant->scale.size() > 1 && quant->quantized_dimension != axis)
    c.unsupported(text("its weights have scales along dimension ", quant->quantized_dimension, " instead of ", axis));
  if (quant->scale.size() == 1) return std::vector<float>(shape[axis], quant->scale[0]);
  return quant->scale;
}

}  // namespace

bool is_dynamic(const LowerContext& c) {
  const int weights = c.rule().weights;
  return c.in_type(c.rule().data) == DType::FLOAT32 && c.is_constant(weights) && c.stored_type(weights) == DType::INT8;
}

Weighted weighted_operands(LowerContext& c, int slice_dims, const Shape& shape) {
  const QuantRule& rule = c.rule();
  const Tensor& weights = c.input(rule.weights);
  const DType type = c.in_type(rule.data);
  const bool dynamic = slice_dims > 0 && is_dynamic(c), constant = c.is_constant(rule.weights);
  if (type == DType::FLOAT32 && !dynamic) return float_operands(c);
  if (constant && type == DType::UINT8 && weights.type == DType::UINT8) return uint8_operands(c, shape);
  if (!constant || c.stored_type(rule.weights) != DType::INT8 || (type != DType::INT8 && !dynamic)) {
    c.unsupported(text("has ", to_string(type), " input and ", to_string(weights.type), " weights",
                       constant ? "" : " that are no constant"));
  }

  const auto scales = channel_scales(c, shape);
  Weighted operands{XNN_INVALID_VALUE_ID, XNN_INVALID_VALUE_ID, XNN_INVALID_VALUE_ID};
  operands.weights =
      c.define_int8_weights(shape, rule.channel_axis, values_of<int8_t>(c.constant_bytes(rule.weights)).data(), scales);
  if (!dynamic) {
    require_taken_scales(c, scales);
    operands.input = c.in(rule.data);
    if (c.has_input(rule.bias)) operands.bias = int32_bias(c, scales);
    return operands;
  }
  operands.input = quantized_at_run_time(c, rule.data, slice_dims);
  if (c.has_input(rule.bias)) operands.bias = packed_floats(c, rule.bias);
  return operands;
}

}  // namespace webquant
