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
void infer_transpose(InferContext& c);
void infer_expand_dims(InferContext& c);
void infer_slice(InferContext& c);
void infer_strided_slice(InferContext& c);
void infer_split(InferContext& c);
void infer_split_v(InferContext& c);
void infer_pack(InferContext& c);
void infer_unpack(InferContext& c);
void infer_padv2(InferContext& c);
void infer_mirror_pad(InferContext& c);
void infer_tile(InferContext& c);
void infer_broadcast_to(InferContext& c);
void infer_reverse_v2(InferContext& c);
void infer_gather(InferContext& c);
void infer_depth_to_space(InferContext& c);
void infer_space_to_depth(InferContext& c);
void infer_resize_nearest_neighbor(InferContext& c);
void infer_shape(InferContext& c);
void infer_arg(InferContext& c);

}  // namespace webquant
