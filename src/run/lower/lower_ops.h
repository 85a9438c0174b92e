// Lowering, a function for each operator or family. Included by the table only.
#pragma once

namespace webquant {

class LowerContext;

void lower_conv_2d(LowerContext& c);
void lower_depthwise_conv_2d(LowerContext& c);
void lower_transpose_conv(LowerContext& c);
void lower_fully_connected(LowerContext& c);
void lower_batch_matmul(LowerContext& c);
void lower_add(LowerContext& c);
void lower_sub(LowerContext& c);
void lower_mul(LowerContext& c);
void lower_div(LowerContext& c);
void lower_maximum(LowerContext& c);
void lower_minimum(LowerContext& c);
void lower_squared_difference(LowerContext& c);
void lower_pow(LowerContext& c);
void lower_prelu(LowerContext& c);
void lower_relu(LowerContext& c);
void lower_relu6(LowerContext& c);
void lower_relu_n1_to_1(LowerContext& c);
void lower_leaky_relu(LowerContext& c);
void lower_elu(LowerContext& c);
void lower_gelu(LowerContext& c);
void lower_hard_swish(LowerContext& c);
void lower_logistic(LowerContext& c);
void lower_tanh(LowerContext& c);
void lower_abs(LowerContext& c);
void lower_neg(LowerContext& c);
void lower_exp(LowerContext& c);
void lower_log(LowerContext& c);
void lower_sqrt(LowerContext& c);
void lower_rsqrt(LowerContext& c);
void lower_square(LowerContext& c);
void lower_floor(LowerContext& c);
void lower_ceil(LowerContext& c);
void lower_round(LowerContext& c);
void lower_sin(LowerContext& c);
void lower_cos(LowerContext& c);
void lower_softmax(LowerContext& c);
void lower_l2_normalization(LowerContext& c);
void lower_average_pool_2d(LowerContext& c);
void lower_max_pool_2d(LowerContext& c);
void lower_l2_pool_2d(LowerContext& c);
void lower_mean(LowerContext& c);
void lower_sum(LowerContext& c);
void lower_resize_bilinear(LowerContext& c);
void lower_reshape(LowerContext& c);
void lower_pad(LowerContext& c);
void lower_concatenation(LowerContext& c);
void lower_transpose(LowerContext& c);
void lower_slice(LowerContext& c);
void lower_strided_slice(LowerContext& c);
void lower_split(LowerContext& c);
void lower_split_v(LowerContext& c);
void lower_pack(LowerContext& c);
void lower_unpack(LowerContext& c);
void lower_padv2(LowerContext& c);
void lower_depth_to_space(LowerContext& c);
void lower_space_to_depth(LowerContext& c);
void lower_convert(LowerContext& c);

}  // namespace webquant
