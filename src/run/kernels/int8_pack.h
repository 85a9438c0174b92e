// Packing weights for the INT8 kernels.
#pragma once

struct xnn_gemm_config;

namespace webquant {

/// Sets the tile sizes and packing functions of XNNPACK's static INT8 products; `bytes` is whether the form Bytes
/// works.
void set_int8_packing(xnn_gemm_config& config, bool bytes);

}  // namespace webquant
