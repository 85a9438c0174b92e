// Packing weights for the INT8 kernels.
#pragma once

#include <cstddef>
#include <cstdint>

struct xnn_gemm_config;

namespace webquant {

enum class PackedFor : uint8_t { kStatic, kDynamic };

/// Sets the tile sizes and packing functions of XNNPACK's static or dynamic INT8 products.
void set_int8_packing(xnn_gemm_config& config);

/// Weights that XNNPACK has packed with these functions: `groups` times `columns` output channels, each with a window
/// of `height` x `width` elements of `channels`. The strides are 1 except for a transposed convolution that is split
/// up.
struct PackedWeights {
  PackedFor use;
  void* packed;
  size_t groups, columns, height, width, channels, stride_y, stride_x;
};

/// Finishes them. What belongs to them beside the packed weights goes into KernelMemory::current().
void add_heads(const PackedWeights& weights);

}  // namespace webquant
