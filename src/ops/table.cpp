// THE table: one row per supported operator.
#include "ops/infer.h"
#include "ops/op.h"

#if WEBQUANT_XNNPACK
#include "ops/lower_ops.h"
#define LOWER(function) function
#else
#define LOWER(function) nullptr  // checks and quantization need no kernels
#endif

namespace webquant {
namespace {

using Output = QuantRule::Output;

constexpr OpDef kTable[] = {
    // Convolutions and matrix products
    {OpCode::CONV_2D,
     2,
     3,
     {.weights = 1,
      .bias = 2,
      .channel_axis = 0,
      .int8_version = 3,
      .dynamic_version = 5,
      .dynamic_per_tensor_version = 2},
     infer_conv_2d,
     LOWER(lower_conv_2d)},
    {OpCode::DEPTHWISE_CONV_2D,
     2,
     3,
     {.weights = 1,
      .bias = 2,
      .channel_axis = 3,
      .int8_version = 3,
      .dynamic_version = 6,
      .dynamic_per_tensor_version = 6},
     infer_depthwise_conv_2d,
     LOWER(lower_depthwise_conv_2d)},
    {OpCode::FULLY_CONNECTED,
     2,
     3,
     {.weights = 1,
      .bias = 2,
      .channel_axis = 0,
      .int8_version = 4,
      .dynamic_version = 12,
      .dynamic_per_tensor_version = 9},
     infer_fully_connected,
     LOWER(lower_fully_connected)},
    // Elementwise
    {OpCode::ADD, 2, 2, {.int8_version = 2}, infer_broadcast, LOWER(lower_add)},
    {OpCode::MUL, 2, 2, {.int8_version = 2}, infer_broadcast, LOWER(lower_mul)},
    {OpCode::RELU, 1, 1, {.int8_version = 2}, infer_unchanged, LOWER(lower_relu)},
    {OpCode::RELU6, 1, 1, {.int8_version = 2}, infer_unchanged, LOWER(lower_relu6)},
    {OpCode::LOGISTIC,
     1,
     1,
     {.output = Output::kFixed, .fixed = {1.0f / 256, -128}, .int8_version = 2},
     infer_unchanged,
     LOWER(lower_logistic)},
    {OpCode::SOFTMAX,
     1,
     1,
     {.output = Output::kFixed, .fixed = {1.0f / 256, -128}, .int8_version = 2},
     infer_unchanged,
     LOWER(lower_softmax)},
    // Pooling and reductions
    {OpCode::AVERAGE_POOL_2D,
     1,
     1,
     {.output = Output::kSameAsInput, .int8_version = 2},
     infer_pool_2d,
     LOWER(lower_average_pool_2d),
     /*stored_integers=*/true},
    {OpCode::MAX_POOL_2D,
     1,
     1,
     {.output = Output::kSameAsInput, .int8_version = 2},
     infer_pool_2d,
     LOWER(lower_max_pool_2d)},
    {OpCode::MEAN, 2, 2, {.skip_inputs = 0b10, .int8_version = 2}, infer_reduce, LOWER(lower_mean)},
    // Layout
    {OpCode::RESHAPE,
     1,
     2,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 1},
     infer_reshape,
     LOWER(lower_reshape)},
    {OpCode::SQUEEZE, 1, 1, {.output = Output::kSameAsInput, .int8_version = 2}, infer_squeeze, LOWER(lower_reshape)},
    {OpCode::PAD,
     2,
     2,
     {.output = Output::kSameAsInput, .skip_inputs = 0b10, .int8_version = 2},
     infer_pad,
     LOWER(lower_pad)},
    {OpCode::CONCATENATION,
     1,
     -1,
     {.output = Output::kInputsSameAsOutput, .int8_version = 2},
     infer_concatenation,
     LOWER(lower_concatenation)},
    // Between types: what quantization itself inserts, so it has no rule
    {OpCode::QUANTIZE, 1, 1, {}, infer_unchanged, LOWER(lower_convert)},
    {OpCode::DEQUANTIZE, 1, 1, {}, infer_unchanged, LOWER(lower_convert)},
};

}  // namespace

std::span<const OpDef> op_table() { return kTable; }

}  // namespace webquant
