// Operators that work on each element by itself, and SOFTMAX.
#include <limits>

#include "ops/lower.h"
#include "ops/lower_ops.h"

namespace webquant {
namespace {

void lower_binary(LowerContext& c, xnn_binary_operator type, tflite::ActivationFunctionType activation) {
  c.with_activation(activation, [&](float min, float max, uint32_t out) {
    const uint32_t result = is_clamp_needed(min, max) ? c.temporary(c.output_shape(0)) : out;
    c.check(xnn_define_binary(c.graph(), type, nullptr, c.in(0), c.in(1), result, 0));
    if (result != out) c.clamp(min, max, result, out);
  });
}

float scale_of(const Tensor& tensor) { return per_tensor_params(tensor).value_or(QuantParams{}).scale; }

// The integer kernels of ADD and MUL multiply by a ratio of scales from `least` up to 2^8. Nothing checks that.
void compute_in_float_beyond(LowerContext& c, float factor, float least) {
  if (c.out_type() != DType::FLOAT32 && (factor < least || factor >= 0x1p8f)) c.compute_in_float();
}

// XNNPACK merges a clamp into the operator before it, whose output then has the clamp's scale. Pools cannot rescale and
// would give wrong values, and convolutions would round once where TFLite rounds twice; so a change of scale is a step
// of its own.
void lower_clamp(LowerContext& c, float min, float max) {
  c.match_output_scale(0);
  c.clamp(min, max, c.in(0), c.out());
}

}  // namespace

void lower_add(LowerContext& c) {
  compute_in_float_beyond(c, scale_of(c.input(0)) / scale_of(c.output(0)), 0x1p-10f);
  compute_in_float_beyond(c, scale_of(c.input(1)) / scale_of(c.output(0)), 0x1p-10f);
  lower_binary(c, xnn_binary_add, c.options<tflite::AddOptionsT>().fused_activation_function);
}

void lower_mul(LowerContext& c) {
  compute_in_float_beyond(c, scale_of(c.input(0)) * scale_of(c.input(1)) / scale_of(c.output(0)), 0x1p-16f);
  lower_binary(c, xnn_binary_multiply, c.options<tflite::MulOptionsT>().fused_activation_function);
}

void lower_relu(LowerContext& c) { lower_clamp(c, 0, std::numeric_limits<float>::infinity()); }

void lower_relu6(LowerContext& c) { lower_clamp(c, 0, 6); }

void lower_hard_swish(LowerContext& c) { c.unary(xnn_unary_hardswish, c.in(0), c.out()); }

void lower_logistic(LowerContext& c) { c.unary(xnn_unary_sigmoid, c.in(0), c.out()); }

void lower_softmax(LowerContext& c) {
  if (c.input_shape(0).empty()) c.unsupported("its input is a scalar");
  c.compute_in_float();
  const float beta = c.options<tflite::SoftmaxOptionsT>().beta;
  uint32_t scaled = c.in(0);
  if (beta != 1) {
    scaled = c.float_temporary(c.input_shape(0));
    c.check(xnn_define_binary(c.graph(), xnn_binary_multiply, nullptr, c.in(0), c.float_constant({1}, {{beta}}), scaled,
                              0));
  }
  c.check(xnn_define_softmax(c.graph(), scaled, c.out(), 0));
}

void lower_convert(LowerContext& c) {
  if (c.output_is_known()) return;
  const DType from = c.in_type(0), to = c.out_type();
  if (from == DType::FLOAT32 && to == DType::FLOAT32) return c.check(xnn_define_copy(c.graph(), c.in(0), c.out(), 0));
  if (from != DType::FLOAT32 && to != DType::FLOAT32) return c.rescale(0, c.out());
  c.unary(xnn_unary_convert, c.in(0), c.out());
}

}  // namespace webquant
