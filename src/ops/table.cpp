// THE table: one row per supported operator.
#include "ops/infer/infer.h"
#include "ops/op.h"
#include "ops/portable/portable_ops.h"

#if WEBQUANT_XNNPACK
#include "run/lower/lower_ops.h"
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
    // The dynamic INT8 form is XNNPACK's, which LiteRT runs it on too; TensorFlow Lite's own kernel has none.
    {OpCode::TRANSPOSE_CONV, 3, 4, 1, infer_transpose_conv, LOWER(lower_transpose_conv), nullptr,
     {.data = 2, .weights = 1, .bias = 3, .channel_axis = 0, .skip_inputs = 0b1, .int8_version = 3, .dynamic_version = 3,
      .dynamic_per_tensor_version = 3}},
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
    {OpCode::RELU, 1, 1, 1, infer_unchanged, LOWER(lower_relu), reference_relu, {.int8_version = 2}},
    {OpCode::RELU6, 1, 1, 1, infer_unchanged, LOWER(lower_relu6), reference_relu6, {.int8_version = 2}},
    {OpCode::RELU_N1_TO_1, 1, 1, 1, infer_unchanged, LOWER(lower_relu_n1_to_1), reference_relu_n1_to_1, {.int8_version = 1}},
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
    {OpCode::RESHAPE, 1, 2, 1, infer_reshape, LOWER(lower_reshape), reference_reshape,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 1}},
    {OpCode::SQUEEZE, 1, 1, 1, infer_squeeze, LOWER(lower_reshape), reference_reshape,
     {.output = Output::kSameAsInput, .int8_version = 2}},
    {OpCode::EXPAND_DIMS, 2, 2, 1, infer_expand_dims, LOWER(lower_reshape), reference_reshape,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 1}},
    {OpCode::TRANSPOSE, 2, 2, 1, infer_transpose, LOWER(lower_transpose), reference_transpose,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 2}},
    {OpCode::SLICE, 3, 3, 1, infer_slice, LOWER(lower_slice), reference_slice,
     {.output = Output::kSameAsInput, .skip_inputs = 0b110, .int8_version = 2}},
    {OpCode::STRIDED_SLICE, 4, 4, 1, infer_strided_slice, LOWER(lower_strided_slice), reference_strided_slice,
     {.output = Output::kSameAsInput, .skip_inputs = 0b1110, .int8_version = 2}},
    {OpCode::SPLIT, 2, 2, -1, infer_split, LOWER(lower_split), reference_split,
     {.output = Output::kSameAsInput, .data = 1, .skip_inputs = 0b1, .int8_version = 2}},
    {OpCode::SPLIT_V, 3, 3, -1, infer_split_v, LOWER(lower_split_v), reference_split_v,
     {.output = Output::kSameAsInput, .skip_inputs = 0b110, .int8_version = 2}},
    {OpCode::UNPACK, 1, 1, -1, infer_unpack, LOWER(lower_unpack), reference_unpack,
     {.output = Output::kSameAsInput, .int8_version = 2}},
    {OpCode::PACK, 1, -1, 1, infer_pack, LOWER(lower_pack), reference_pack,
     {.output = Output::kInputsSameAsOutput, .int8_version = 2}},
    {OpCode::CONCATENATION, 1, -1, 1, infer_concatenation, LOWER(lower_concatenation), reference_concatenation,
     {.output = Output::kInputsSameAsOutput, .int8_version = 2}},
    {OpCode::PAD, 2, 2, 1, infer_pad, LOWER(lower_pad), reference_pad,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 2}},
    {OpCode::PADV2, 3, 3, 1, infer_padv2, LOWER(lower_padv2), reference_pad,
     {.output = Output::kInputsSameAsOutput, .skip_inputs = 0b10, .int8_version = 2}},
    {OpCode::MIRROR_PAD, 2, 2, 1, infer_mirror_pad, nullptr, reference_mirror_pad,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 2}},
    {OpCode::TILE, 2, 2, 1, infer_tile, nullptr, reference_tile,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 3}},
    {OpCode::BROADCAST_TO, 2, 2, 1, infer_broadcast_to, nullptr, reference_broadcast_to,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 3}},
    {OpCode::REVERSE_V2, 2, 2, 1, infer_reverse_v2, nullptr, reference_reverse_v2,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 3}},
    {OpCode::GATHER, 2, 2, 1, infer_gather, nullptr, reference_gather,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 2}},
    {OpCode::DEPTH_TO_SPACE, 1, 1, 1, infer_depth_to_space, LOWER(lower_depth_to_space), reference_depth_to_space,
     {.output = Output::kSameAsInput, .int8_version = 2}},
    {OpCode::SPACE_TO_DEPTH, 1, 1, 1, infer_space_to_depth, LOWER(lower_space_to_depth), reference_space_to_depth,
     {.output = Output::kSameAsInput, .int8_version = 2}},
    {OpCode::RESIZE_NEAREST_NEIGHBOR, 2, 2, 1, infer_resize_nearest_neighbor, nullptr, reference_resize_nearest_neighbor,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 2}},
    // Sizes, indices and numbers of other types
    // SHAPE has no kernel: its result is known as soon as shapes are.
    {OpCode::SHAPE, 1, 1, 1, infer_shape, nullptr, nullptr,
     {.output = Output::kIntegers, .int8_version = 1}},
    {OpCode::ARG_MAX, 2, 2, 1, infer_arg, nullptr, reference_arg_max,
     {.output = Output::kIntegers, .skip_inputs = 0b10, .int8_version = 2}},
    {OpCode::ARG_MIN, 2, 2, 1, infer_arg, nullptr, reference_arg_min,
     {.output = Output::kIntegers, .skip_inputs = 0b10, .int8_version = 2}},
    {OpCode::CAST, 1, 1, 1, infer_unchanged, nullptr, reference_cast},
    // Between types: what quantization itself inserts, so it has no rule
    {OpCode::QUANTIZE, 1, 1, 1, infer_unchanged, LOWER(lower_convert), reference_convert},
    {OpCode::DEQUANTIZE, 1, 1, 1, infer_unchanged, LOWER(lower_convert), reference_convert},
};
// clang-format on

}  // namespace

std::span<const OpDef> op_table() { return kTable; }

}  // namespace webquant
