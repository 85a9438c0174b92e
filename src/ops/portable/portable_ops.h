// Reference kernels, a function for each operator or family. Included by the table only.
#pragma once

#include "ops/op.h"

namespace webquant {

// Elementwise
ReferenceKernel reference_add(const OpView& op);
ReferenceKernel reference_sub(const OpView& op);
ReferenceKernel reference_mul(const OpView& op);
ReferenceKernel reference_div(const OpView& op);
ReferenceKernel reference_maximum(const OpView& op);
ReferenceKernel reference_minimum(const OpView& op);
ReferenceKernel reference_squared_difference(const OpView& op);
ReferenceKernel reference_pow(const OpView& op);
ReferenceKernel reference_abs(const OpView& op);
ReferenceKernel reference_neg(const OpView& op);
ReferenceKernel reference_convert(const OpView& op);
ReferenceKernel reference_relu(const OpView& op);
ReferenceKernel reference_relu6(const OpView& op);
ReferenceKernel reference_relu_n1_to_1(const OpView& op);
ReferenceKernel reference_hard_swish(const OpView& op);

// Reductions and normalizations
ReferenceKernel reference_sum(const OpView& op);
ReferenceKernel reference_reduce_max(const OpView& op);
ReferenceKernel reference_reduce_min(const OpView& op);
ReferenceKernel reference_log_softmax(const OpView& op);
ReferenceKernel reference_local_response_normalization(const OpView& op);

// Layout
ReferenceKernel reference_reshape(const OpView& op);
ReferenceKernel reference_transpose(const OpView& op);
ReferenceKernel reference_slice(const OpView& op);
ReferenceKernel reference_strided_slice(const OpView& op);
ReferenceKernel reference_split(const OpView& op);
ReferenceKernel reference_split_v(const OpView& op);
ReferenceKernel reference_pack(const OpView& op);
ReferenceKernel reference_unpack(const OpView& op);
ReferenceKernel reference_concatenation(const OpView& op);
ReferenceKernel reference_pad(const OpView& op);
ReferenceKernel reference_mirror_pad(const OpView& op);
ReferenceKernel reference_tile(const OpView& op);
ReferenceKernel reference_broadcast_to(const OpView& op);
ReferenceKernel reference_reverse_v2(const OpView& op);
ReferenceKernel reference_gather(const OpView& op);
ReferenceKernel reference_depth_to_space(const OpView& op);
ReferenceKernel reference_space_to_depth(const OpView& op);
ReferenceKernel reference_resize_nearest_neighbor(const OpView& op);

// Stored numbers
ReferenceKernel reference_cast(const OpView& op);
ReferenceKernel reference_arg_max(const OpView& op);
ReferenceKernel reference_arg_min(const OpView& op);

}  // namespace webquant
