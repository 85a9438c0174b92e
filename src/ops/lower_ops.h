// Lowering, a function for each operator or family. Included by the table only.
#pragma once

namespace webquant {

class LowerContext;

void lower_conv_2d(LowerContext& c);
void lower_depthwise_conv_2d(LowerContext& c);
void lower_transpose_conv(LowerContext& c);
void lower_fully_connected(LowerContext& c);
void lower_add(LowerContext& c);
void lower_mul(LowerContext& c);
void lower_relu(LowerContext& c);
void lower_relu6(LowerContext& c);
void lower_hard_swish(LowerContext& c);
void lower_logistic(LowerContext& c);
void lower_softmax(LowerContext& c);
void lower_average_pool_2d(LowerContext& c);
void lower_max_pool_2d(LowerContext& c);
void lower_mean(LowerContext& c);
void lower_resize_bilinear(LowerContext& c);
void lower_reshape(LowerContext& c);
void lower_pad(LowerContext& c);
void lower_concatenation(LowerContext& c);
void lower_convert(LowerContext& c);

}  // namespace webquant
