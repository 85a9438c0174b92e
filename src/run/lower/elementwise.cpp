// Operators that work on each element or pair of elements by itself.
#include <algorithm>
#include <cmath>
#include <limits>

#include "run/lower/lower.h"

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

// What XNNPACK computes on integers one by one goes faster in float, and is as exact.
void lower_binary_in_float(LowerContext& c, xnn_binary_operator type,
                           tflite::ActivationFunctionType activation = tflite::ActivationFunctionType::NONE) {
  c.compute_in_float();
  lower_binary(c, type, activation);
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

void lower_sub(LowerContext& c) {
  compute_in_float_beyond(c, scale_of(c.input(0)) / scale_of(c.output(0)), 0x1p-10f);
  compute_in_float_beyond(c, scale_of(c.input(1)) / scale_of(c.output(0)), 0x1p-10f);
  lower_binary(c, xnn_binary_subtract, c.options<tflite::SubOptionsT>().fused_activation_function);
}

void lower_mul(LowerContext& c) {
  compute_in_float_beyond(c, scale_of(c.input(0)) * scale_of(c.input(1)) / scale_of(c.output(0)), 0x1p-16f);
  lower_binary(c, xnn_binary_multiply, c.options<tflite::MulOptionsT>().fused_activation_function);
}

void lower_div(LowerContext& c) {
  lower_binary_in_float(c, xnn_binary_divide, c.options<tflite::DivOptionsT>().fused_activation_function);
}

void lower_maximum(LowerContext& c) { lower_binary_in_float(c, xnn_binary_maximum); }
void lower_minimum(LowerContext& c) { lower_binary_in_float(c, xnn_binary_minimum); }
void lower_squared_difference(LowerContext& c) { lower_binary_in_float(c, xnn_binary_squared_difference); }
void lower_pow(LowerContext& c) { lower_binary_in_float(c, xnn_binary_pow); }
void lower_prelu(LowerContext& c) { lower_binary_in_float(c, xnn_binary_prelu); }
void lower_relu(LowerContext& c) { lower_clamp(c, 0, std::numeric_limits<float>::infinity()); }
void lower_relu6(LowerContext& c) { lower_clamp(c, 0, 6); }
void lower_relu_n1_to_1(LowerContext& c) { lower_clamp(c, -1, 1); }

void lower_leaky_relu(LowerContext& c) {
  const float slope = c.options<tflite::LeakyReluOptionsT>().alpha;
  // The integer kernel takes factors from 2^-8 up to 2^7 for either sign of the input. Nothing checks that.
  const auto is_taken = [](float factor) { return factor >= 0x1p-8f && factor < 0x1p7f; };
  const float factor = scale_of(c.input(0)) / scale_of(c.output(0));
  if (!is_taken(factor) || !is_taken(std::abs(slope * factor))) c.compute_in_float();
  const xnn_unary_params params = {.leaky_relu = {.negative_slope = slope}};
  c.unary(xnn_unary_leaky_relu, c.in(0), c.out(), &params);
}

void lower_elu(LowerContext& c) {
  const xnn_unary_params params = {.elu = {.alpha = 1}};
  c.unary(xnn_unary_elu, c.in(0), c.out(), &params);
}

void lower_gelu(LowerContext& c) {
  if (!c.options<tflite::GeluOptionsT>().approximate) return c.unary(xnn_unary_gelu, c.in(0), c.out());
  // x / 2 * (1 + tanh(u)) with u = sqrt(2 / pi) * (x + 0.044715 * x^3), which is x * sigmoid(2 * u).
  constexpr float kTwice = 1.5957691216f, kCubic = kTwice * 0.044715f;
  c.compute_in_float();
  const Shape& shape = c.input_shape(0);
  const auto next = [&](xnn_binary_operator type, uint32_t a, uint32_t b) {
    const uint32_t result = c.float_temporary(shape);
    c.check(xnn_define_binary(c.graph(), type, nullptr, a, b, result, 0));
    return result;
  };
  const uint32_t x = c.in(0), gate = c.float_temporary(shape);
  const uint32_t cubic = next(xnn_binary_multiply, next(xnn_binary_multiply, x, x), c.float_constant({1}, {{kCubic}}));
  const uint32_t factor = next(xnn_binary_add, cubic, c.float_constant({1}, {{kTwice}}));
  c.unary(xnn_unary_sigmoid, next(xnn_binary_multiply, x, factor), gate);
  c.check(xnn_define_binary(c.graph(), xnn_binary_multiply, nullptr, x, gate, c.out(), 0));
}

// Of these, int8 and uint8 run by table.
void lower_hard_swish(LowerContext& c) { c.unary(xnn_unary_hardswish, c.in(0), c.out()); }

void lower_logistic(LowerContext& c) { c.unary(xnn_unary_sigmoid, c.in(0), c.out()); }
void lower_tanh(LowerContext& c) { c.unary(xnn_unary_tanh, c.in(0), c.out()); }
void lower_abs(LowerContext& c) { c.unary(xnn_unary_abs, c.in(0), c.out()); }
void lower_neg(LowerContext& c) { c.unary(xnn_unary_negate, c.in(0), c.out()); }
void lower_exp(LowerContext& c) { c.unary(xnn_unary_exp, c.in(0), c.out()); }
void lower_log(LowerContext& c) { c.unary(xnn_unary_log, c.in(0), c.out()); }
void lower_sqrt(LowerContext& c) { c.unary(xnn_unary_square_root, c.in(0), c.out()); }
void lower_rsqrt(LowerContext& c) { c.unary(xnn_unary_reciprocal_square_root, c.in(0), c.out()); }
void lower_square(LowerContext& c) { c.unary(xnn_unary_square, c.in(0), c.out()); }
void lower_floor(LowerContext& c) { c.unary(xnn_unary_floor, c.in(0), c.out()); }
void lower_ceil(LowerContext& c) { c.unary(xnn_unary_ceiling, c.in(0), c.out()); }
void lower_round(LowerContext& c) { c.unary(xnn_unary_bankers_rounding, c.in(0), c.out()); }
void lower_sign(LowerContext& c) { c.unary(xnn_unary_sign, c.in(0), c.out()); }
void lower_sin(LowerContext& c) { c.unary(xnn_unary_sine, c.in(0), c.out()); }
void lower_cos(LowerContext& c) { c.unary(xnn_unary_cosine, c.in(0), c.out()); }

}  // namespace webquant
