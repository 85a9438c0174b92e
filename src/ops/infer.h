// Shape inference, a function for each family of operators. Included by the table only.
#pragma once

namespace webquant {

class InferContext;

void infer_conv_2d(InferContext& c);
void infer_depthwise_conv_2d(InferContext& c);
void infer_transpose_conv(InferContext& c);
void infer_fully_connected(InferContext& c);
void infer_pool_2d(InferContext& c);
void infer_resize_bilinear(InferContext& c);
void infer_batch_matmul(InferContext& c);
void infer_broadcast(InferContext& c);
void infer_prelu(InferContext& c);
void infer_unchanged(InferContext& c);
void infer_along_channels(InferContext& c);
void infer_local_response_normalization(InferContext& c);
void infer_reduce(InferContext& c);
void infer_reshape(InferContext& c);
void infer_squeeze(InferContext& c);
void infer_pad(InferContext& c);
void infer_concatenation(InferContext& c);
void infer_unpack(InferContext& c);

}  // namespace webquant
