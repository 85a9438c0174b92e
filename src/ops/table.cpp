// THE table: one row per supported operator.
#include "ops/infer.h"
#include "ops/op.h"
#include "ops/reference_ops.h"

#if WEBQUANT_XNNPACK
#include "ops/lower_ops.h"
#define LOWER(function) function
#else
#define LOWER(function) nullptr  // checks and quantization need no kernels
#endif

namespace webquant {
namespace {

using Output = QuantRule::Output;

// Columns: operator, least and most inputs, most outputs (-1: any number), shape inference, XNNPACK, own kernel, rule.
// clang-format off
constexpr OpDef kTable[] = {
    // Convolutions and matrix products
    {OpCode::CONV_2D, 2, 3, 1, infer_conv_2d, LOWER(lower_conv_2d), nullptr,
     {.weights = 1, .bias = 2, .channel_axis = 0, .int8_version = 3, .dynamic_version = 5, .dynamic_per_tensor_version = 2}},
    {OpCode::DEPTHWISE_CONV_2D, 2, 3, 1, infer_depthwise_conv_2d, LOWER(lower_depthwise_conv_2d), nullptr,
     {.weights = 1, .bias = 2, .channel_axis = 3, .int8_version = 3, .dynamic_version = 6, .dynamic_per_tensor_version = 6}},
    // TensorFlow Lite's kernel takes no float input with int8 weights, so there is no dynamic INT8 form.
    {OpCode::TRANSPOSE_CONV, 3, 4, 1, infer_transpose_conv, LOWER(lower_transpose_conv), nullptr,
     {.data = 2, .weights = 1, .bias = 3, .channel_axis = 0, .skip_inputs = 0b1, .int8_version = 3}},
    {OpCode::FULLY_CONNECTED, 2, 3, 1, infer_fully_connected, LOWER(lower_fully_connected), nullptr,
     {.weights = 1, .bias = 2, .channel_axis = 0, .int8_version = 4, .dynamic_version = 12, .dynamic_per_tensor_version = 9}},
    {OpCode::BATCH_MATMUL, 2, 2, 1, infer_batch_matmul, LOWER(lower_batch_matmul), nullptr, {.int8_version = 2}},
    // Elementwise: of two operands, which may repeat
    {OpCode::ADD, 2, 2, 1, infer_broadcast, LOWER(lower_add), reference_add, {.int8_version = 2}},
    {OpCode::SUB, 2, 2, 1, infer_broadcast, LOWER(lower_sub), reference_sub, {.int8_version = 2}},
    {OpCode::MUL, 2, 2, 1, infer_broadcast, LOWER(lower_mul), reference_mul,
     {.int8_version = 2, .int8_enlarging_version = 3}},
    {OpCode::DIV, 2, 2, 1, infer_broadcast, LOWER(lower_div), reference_div},
    {OpCode::MAXIMUM, 2, 2, 1, infer_broadcast, LOWER(lower_maximum), reference_maximum,
     {.output = Output::kInputsSameAsOutput, .int8_version = 2}},
    {OpCode::MINIMUM, 2, 2, 1, infer_broadcast, LOWER(lower_minimum), reference_minimum,
     {.output = Output::kInputsSameAsOutput, .int8_version = 2}},
    {OpCode::SQUARED_DIFFERENCE, 2, 2, 1, infer_broadcast, LOWER(lower_squared_difference), reference_squared_difference,
     {.int8_version = 2}},
    {OpCode::POW, 2, 2, 1, infer_broadcast, LOWER(lower_pow), reference_pow},
    {OpCode::PRELU, 2, 2, 1, infer_prelu, LOWER(lower_prelu), nullptr, {.int8_version = 1}},
    // Elementwise: of one. TensorFlow Lite's INT8 kernels of SQRT and RSQRT refuse to run on what rounds to 0 or below.
    {OpCode::RELU, 1, 1, 1, infer_unchanged, LOWER(lower_relu), nullptr, {.int8_version = 2}},
    {OpCode::RELU6, 1, 1, 1, infer_unchanged, LOWER(lower_relu6), nullptr, {.int8_version = 2}},
    {OpCode::RELU_N1_TO_1, 1, 1, 1, infer_unchanged, LOWER(lower_relu_n1_to_1), nullptr, {.int8_version = 1}},
    {OpCode::LEAKY_RELU, 1, 1, 1, infer_unchanged, LOWER(lower_leaky_relu), nullptr, {.int8_version = 1}},
    {OpCode::ELU, 1, 1, 1, infer_unchanged, LOWER(lower_elu), nullptr, {.int8_version = 1}},
    {OpCode::GELU, 1, 1, 1, infer_unchanged, LOWER(lower_gelu), nullptr, {.int8_version = 2}},
    {OpCode::HARD_SWISH, 1, 1, 1, infer_unchanged, LOWER(lower_hard_swish), reference_hard_swish, {.int8_version = 1}},
    {OpCode::LOGISTIC, 1, 1, 1, infer_unchanged, LOWER(lower_logistic), nullptr,
     {.output = Output::kFixed, .fixed = {1.0f / 256, -128}, .int8_version = 2}},
    {OpCode::TANH, 1, 1, 1, infer_unchanged, LOWER(lower_tanh), nullptr,
     {.output = Output::kFixed, .fixed = {1.0f / 128, 0}, .int8_version = 2}},
    {OpCode::ABS, 1, 1, 1, infer_unchanged, LOWER(lower_abs), reference_abs, {.int8_version = 2}},
    {OpCode::NEG, 1, 1, 1, infer_unchanged, LOWER(lower_neg), reference_neg},
    {OpCode::EXP, 1, 1, 1, infer_unchanged, LOWER(lower_exp), nullptr, {.int8_version = 2}},
    {OpCode::LOG, 1, 1, 1, infer_unchanged, LOWER(lower_log), nullptr, {.int8_version = 2}},
    {OpCode::SQRT, 1, 1, 1, infer_unchanged, LOWER(lower_sqrt), nullptr},
    {OpCode::RSQRT, 1, 1, 1, infer_unchanged, LOWER(lower_rsqrt), nullptr},
    {OpCode::SQUARE, 1, 1, 1, infer_unchanged, LOWER(lower_square), nullptr},
    {OpCode::FLOOR, 1, 1, 1, infer_unchanged, LOWER(lower_floor), nullptr},
    {OpCode::CEIL, 1, 1, 1, infer_unchanged, LOWER(lower_ceil), nullptr},
    {OpCode::ROUND, 1, 1, 1, infer_unchanged, LOWER(lower_round), nullptr},
    {OpCode::SIN, 1, 1, 1, infer_unchanged, LOWER(lower_sin), nullptr},
    {OpCode::COS, 1, 1, 1, infer_unchanged, LOWER(lower_cos), nullptr},
    // Along the channels
    {OpCode::SOFTMAX, 1, 1, 1, infer_unchanged, LOWER(lower_softmax), nullptr,
     {.output = Output::kFixed, .fixed = {1.0f / 256, -128}, .int8_version = 2}},
    {OpCode::LOG_SOFTMAX, 1, 1, 1, infer_along_channels, nullptr, reference_log_softmax,
     {.output = Output::kFixed, .fixed = {1.0f / 16, 127}, .int8_version = 2}},
    {OpCode::L2_NORMALIZATION, 1, 1, 1, infer_along_channels, LOWER(lower_l2_normalization), nullptr,
     {.output = Output::kFixed, .fixed = {1.0f / 128, 0}, .int8_version = 2}},
    {OpCode::LOCAL_RESPONSE_NORMALIZATION, 1, 1, 1, infer_local_response_normalization, nullptr,
     reference_local_response_normalization},
    // Pooling and reductions
    {OpCode::AVERAGE_POOL_2D, 1, 1, 1, infer_pool_2d, LOWER(lower_average_pool_2d), nullptr,
     {.output = Output::kSameAsInput, .int8_version = 2}, /*stored_integers=*/true},
    {OpCode::MAX_POOL_2D, 1, 1, 1, infer_pool_2d, LOWER(lower_max_pool_2d), nullptr,
     {.output = Output::kSameAsInput, .int8_version = 2}},
    {OpCode::L2_POOL_2D, 1, 1, 1, infer_pool_2d, LOWER(lower_l2_pool_2d), nullptr},
    {OpCode::MEAN, 2, 2, 1, infer_reduce, LOWER(lower_mean), nullptr, {.skip_inputs = 0b10, .int8_version = 2}},
    {OpCode::SUM, 2, 2, 1, infer_reduce, LOWER(lower_sum), reference_sum, {.skip_inputs = 0b10, .int8_version = 2}},
    {OpCode::REDUCE_MAX, 2, 2, 1, infer_reduce, nullptr, reference_reduce_max,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 2}},
    {OpCode::REDUCE_MIN, 2, 2, 1, infer_reduce, nullptr, reference_reduce_min,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 2}},
    // Resizing
    {OpCode::RESIZE_BILINEAR, 2, 2, 1, infer_resize_bilinear, LOWER(lower_resize_bilinear), nullptr,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 2}},
    // Layout
    {OpCode::RESHAPE, 1, 2, 1, infer_reshape, LOWER(lower_reshape), nullptr,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 1}},
    {OpCode::SQUEEZE, 1, 1, 1, infer_squeeze, LOWER(lower_reshape), nullptr,
     {.output = Output::kSameAsInput, .int8_version = 2}},
    {OpCode::PAD, 2, 2, 1, infer_pad, LOWER(lower_pad), nullptr,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 2}},
    {OpCode::CONCATENATION, 1, -1, 1, infer_concatenation, LOWER(lower_concatenation), nullptr,
     {.output = Output::kInputsSameAsOutput, .int8_version = 2}},
    {OpCode::UNPACK, 1, 1, -1, infer_unpack, nullptr, reference_unpack,
     {.output = Output::kSameAsInput, .int8_version = 2}},
    // Between types: what quantization itself inserts, so it has no rule
    {OpCode::QUANTIZE, 1, 1, 1, infer_unchanged, LOWER(lower_convert), nullptr},
    {OpCode::DEQUANTIZE, 1, 1, 1, infer_unchanged, LOWER(lower_convert), nullptr},
};
// clang-format on

}  // namespace

std::span<const OpDef> op_table() { return kTable; }

}  // namespace webquant
