#include "run/kernels/nodes.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <new>
#include <optional>

#include "run/kernels/int8_depthwise.h"
#include "run/kernels/int8_pack.h"
#include "xnnpack/allocator.h"
#include "xnnpack/operator.h"
#include "xnnpack/subgraph.h"

namespace webquant {
namespace {

// XNNPACK's functions for the nodes of a kind; they are the same for each node of it.
struct NodeFunctions {
  xnn_create_operator_fn create;
  xnn_reshape_operator_fn reshape;
  xnn_setup_operator_fn setup;
};
std::map<xnn_node_type, NodeFunctions> original_functions;

xnn_status create(const xnn_node* node, const xnn_value* values, size_t value_count, xnn_operator_data* data,
                  xnn_code_cache* code_cache, xnn_weights_cache_t weights_cache) {
  return original_functions.at(node->type).create(node, values, value_count, data, code_cache, weights_cache);
}

// XNNPACK packs some of these by its own functions whatever the configuration says, so that this is the place to finish
// them.
xnn_status create_product(const xnn_node* node, const xnn_value* values, size_t value_count, xnn_operator_data* data,
                          xnn_code_cache* code_cache, xnn_weights_cache_t weights_cache) {
  const xnn_status status = create(node, values, value_count, data, code_cache, weights_cache);
  if (status != xnn_status_success) return status;
  xnn_operator& op = *data->operator_objects[0];
  PackedWeights weights{PackedFor::kStatic,
                        op.packed_weights.pointer,
                        op.groups,
                        op.group_output_channels,
                        op.kernel_height,
                        op.kernel_width,
                        op.group_input_channels,
                        1,
                        1};
  switch (op.type) {
    case xnn_operator_type_fully_connected_nc_qd8_f32_qc8w:
      weights.use = PackedFor::kDynamic;
      [[fallthrough]];
    case xnn_operator_type_fully_connected_nc_qs8_qc8w:
      weights.groups = weights.height = weights.width = 1;
      break;
    case xnn_operator_type_convolution_nhwc_qd8_f32_qc8w:
    case xnn_operator_type_deconvolution_nhwc_qd8_f32_qc8w:
      weights.use = PackedFor::kDynamic;
      break;
    case xnn_operator_type_convolution_nhwc_qc8:
    case xnn_operator_type_deconvolution_nhwc_qs8_qc8w:
      break;
    default:
      return status;
  }
  if (op.ukernel.type == xnn_microkernel_type_dwconv) return status;
  if (op.ukernel.type == xnn_microkernel_type_subconv2d) {
    weights.stride_y = op.stride_height;
    weights.stride_x = op.stride_width;
    // XNNPACK chooses how many rows are computed at once by the number of images, although each image has many. Only
    // the kernel for the most is left to choose.
    xnn_ukernel_igemm& kernels = op.ukernel.igemm;
    std::fill_n(kernels.gemm_cases, kernels.mr - 1, xnn_hmp_gemm_ukernel{});
    std::fill_n(kernels.igemm_cases, kernels.mr - 1, xnn_hmp_igemm_ukernel{});
  }
  add_heads(weights);
  return KernelMemory::current().failed() ? xnn_status_out_of_memory : status;
}

// The form of depthwise convolutions of such windows; none where XNNPACK's own kernel is as fast.
std::optional<int8_dot::FormId> depthwise_form([[maybe_unused]] size_t window, [[maybe_unused]] bool is_dilated) {
  if (has_dot()) return int8_dot::FormId::kDot;
  if (dot_class() == DotClass::kSaturatingPairs) return int8_dot::FormId::kBytes;
#ifndef __wasm_relaxed_simd__
  if (window == 5 || is_dilated) return int8_dot::FormId::kWords;
#endif
  return std::nullopt;
}

std::optional<int8_dot::FormId> depthwise_form(const xnn_operator& op) {
  const size_t window = op.kernel_height;
  if (op.type != xnn_operator_type_convolution_nhwc_qc8 || op.ukernel.type != xnn_microkernel_type_dwconv ||
      op.kernel_width != window || (window != 3 && window != 5)) {
    return std::nullopt;
  }
  return depthwise_form(window, op.dilation_height > 1 || op.dilation_width > 1);
}

// The operator keeps our convolution where XNNPACK has its packed weights, and frees it with the operator.
DepthwiseConvolution& convolution_of(const xnn_operator& op) {
  return *static_cast<DepthwiseConvolution*>(op.packed_weights.pointer);
}

// From XNNPACK's packed weights: for each 16 channels their biases, the weights column by column, and the scales.
DepthwiseChannel packed_channel(const xnn_operator& op, size_t channel) {
  constexpr size_t kTile = kDepthwiseChannels;
  const size_t taps = op.ukernel.dwconv.primary_tile, index = channel % kTile;
  const auto* tile = static_cast<const int8_t*>(op.packed_weights.pointer) +
                     channel / kTile * kTile * (sizeof(int32_t) + taps + sizeof(float));
  DepthwiseChannel result{0, 0, tile + kTile * sizeof(int32_t) + index, kTile};
  std::memcpy(&result.start, tile + index * sizeof(int32_t), sizeof(int32_t));
  std::memcpy(&result.scale, tile + kTile * (sizeof(int32_t) + taps) + index * sizeof(float), sizeof(float));
  return result;
}

xnn_status create_depthwise(const xnn_node* node, const xnn_value* values, size_t value_count, xnn_operator_data* data,
                            xnn_code_cache* code_cache, xnn_weights_cache_t weights_cache) {
  const xnn_status status = create_product(node, values, value_count, data, code_cache, weights_cache);
  if (status != xnn_status_success) return status;
  xnn_operator& op = *data->operator_objects[0];
  if (!depthwise_form(op)) return status;
  const auto& params = op.params.qs8_qc8w_conv_minmax.fp32_scalar;
  DepthwiseConvolution convolution{};
  convolution.channels = op.groups;
  convolution.window = op.kernel_height;
  convolution.stride_y = op.stride_height;
  convolution.stride_x = op.stride_width;
  convolution.dilation_y = op.dilation_height;
  convolution.dilation_x = op.dilation_width;
  convolution.padding_top = op.padding_top;
  convolution.padding_left = op.padding_left;
  convolution.form = *depthwise_form(op);
  convolution.output_zero_point = params.output_zero_point;
  convolution.output_min = params.output_min;
  convolution.output_max = params.output_max;
  convolution.memory = &KernelMemory::current();

  void* block = xnn_allocate_zero_simd_memory(convolution.size_bytes());
  if (block == nullptr) return xnn_status_out_of_memory;
  auto* ours = new (block) DepthwiseConvolution(convolution);
  pack_depthwise(*ours, [&](size_t channel) { return packed_channel(op, channel); });
  xnn_release_simd_memory(op.packed_weights.pointer);
  op.packed_weights.pointer = block;
  return status;
}

xnn_status reshape_depthwise(xnn_operator_data* data, xnn_value* values, size_t value_count, pthreadpool_t threads) {
  const xnn_status status =
      original_functions.at(xnn_node_type_depthwise_convolution_2d).reshape(data, values, value_count, threads);
  if (status != xnn_status_success && status != xnn_status_reallocation_required) return status;
  xnn_operator& op = *data->operator_objects[0];
  if (!depthwise_form(op)) return status;
  // Our kernel needs no pointers to its inputs.
  xnn_release_memory(op.indirection_buffer);
  op.indirection_buffer = nullptr;
  DepthwiseConvolution& convolution = convolution_of(op);
  convolution.height = op.input_height;
  convolution.width = op.input_width;
  convolution.output_height = op.output_height;
  convolution.output_width = op.output_width;
  convolution.zero = static_cast<const int8_t*>(op.zero_buffer);
  convolution.memory->reserve(convolution.scratch_bytes());
  if (convolution.memory->failed()) return xnn_status_out_of_memory;

  compute_parameters& compute = op.compute[0];
  const size_t rows = convolution.rows_at_once();
  compute.type = xnn_parallelization_type_2d;
  compute.task_2d = reinterpret_cast<pthreadpool_task_2d_t>(run_depthwise);
  // What the task gets is an offset from there.
  compute.context_offset = reinterpret_cast<uintptr_t>(&convolution) - reinterpret_cast<uintptr_t>(&op.context);
  compute.range[0] = op.batch_size;
  compute.range[1] = (op.output_height + rows - 1) / rows;
  return status;
}

xnn_status setup_depthwise(const xnn_operator_data* data, const xnn_value* values, size_t value_count,
                           pthreadpool_t threads) {
  const xnn_status status =
      original_functions.at(xnn_node_type_depthwise_convolution_2d).setup(data, values, value_count, threads);
  if (status != xnn_status_success) return status;
  const xnn_operator& op = *data->operator_objects[0];
  if (!depthwise_form(op)) return status;
  convolution_of(op).input = static_cast<const int8_t*>(op.input);
  convolution_of(op).output = static_cast<int8_t*>(op.output);
  return status;
}

}  // namespace

void prepare_last_node(xnn_subgraph_t graph) {
  xnn_node& node = graph->nodes[graph->num_nodes - 1];
  if (node.create == create_product || node.create == create_depthwise) return;
  switch (node.type) {
    case xnn_node_type_depthwise_convolution_2d:
      original_functions[node.type] = {node.create, node.reshape, node.setup};
      node.create = create_depthwise;
      node.reshape = reshape_depthwise;
      node.setup = setup_depthwise;
      break;
    case xnn_node_type_convolution_2d:
    case xnn_node_type_deconvolution_2d:
    case xnn_node_type_fully_connected:
      original_functions[node.type] = {node.create, node.reshape, node.setup};
      node.create = create_product;
      break;
    default:
      break;
  }
}

bool last_node_is_ours(xnn_subgraph_t graph) {
  const xnn_node& node = graph->nodes[graph->num_nodes - 1];
  if (node.num_inputs < 2 || graph->values[node.inputs[1]].datatype != xnn_datatype_qcint8) return false;
  switch (node.type) {
    case xnn_node_type_deconvolution_2d:
    case xnn_node_type_fully_connected:
      return true;
    case xnn_node_type_convolution_2d:
      // XNNPACK makes depthwise ones of those that have a group for each channel.
      return node.params.convolution_2d.groups == 1 || node.params.convolution_2d.group_input_channels > 1;
    case xnn_node_type_depthwise_convolution_2d: {
      const auto& depthwise = node.params.depthwise_convolution_2d;
      const bool is_square = depthwise.kernel_height == depthwise.kernel_width;
      return is_square && (depthwise.kernel_height == 3 || depthwise.kernel_height == 5) &&
             depthwise.depth_multiplier == 1 &&
             depthwise_form(depthwise.kernel_height, depthwise.dilation_height > 1 || depthwise.dilation_width > 1);
    }
    default:
      return false;
  }
}

}  // namespace webquant
