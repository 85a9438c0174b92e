#include "run/kernels/int8_dynamic.h"

#include <cstring>

#include "run/kernels/int8_rows.h"
#include "xnnpack/config.h"

// XNNPACK packs for each tile of columns: the sums of the weights with their sign turned, which undo the activations'
// zero point, the weights in the order that DynamicWords takes, the scales, and the biases.

namespace webquant {
namespace {

using namespace int8_dot;

/// How rows were quantized: the parameters of each, or of all if `stride` is 0.
struct RowParams {
  const xnn_qd8_quantization_params* params;
  size_t stride, count;

  const xnn_qd8_quantization_params& operator[](size_t i) const { return params[std::min(i, count - 1) * stride]; }
};

/// `count` rows of `columns` floats; strides in bytes. Rows beyond `count` repeat the last one and are stored over it.
struct FloatOutput {
  std::byte* out;
  size_t count, columns, row_stride, tile_stride;

  void store(size_t row, v128_t first, v128_t last) const {
    std::byte* to = out + std::min(row, count - 1) * row_stride;
    if (columns >= kColumns) {
      wasm_v128_store(to, first);
      wasm_v128_store(to + sizeof(v128_t), last);
    } else {
      const v128_t both[] = {first, last};
      std::memcpy(to, both, columns * sizeof(float));
    }
  }
};

/// Multiplies the interleaved rows.
template <size_t kUsed>
void multiply(const int8_t* rows_end, const std::byte* packed, FloatOutput output, const xnn_f32_minmax_params& params,
              const RowParams& row_params) {
  const DynamicWords form;
  const int8_t* rows = scratch.get();
  const size_t steps = (rows_end - rows) / kRowsBytes;
  const v128_t min = wasm_v128_load32_splat(&params.scalar.min), max = wasm_v128_load32_splat(&params.scalar.max);
  for (;;) {
    Tile<kUsed> tile;
    for (size_t half = 0; half < 2; ++half) {
      const v128_t weight_sums = wasm_v128_load(packed + half * sizeof(v128_t));
      for (size_t i = 0; i < kUsed; ++i) {
        tile.sums[i][half] = wasm_i32x4_mul(weight_sums, wasm_v128_load32_splat(&row_params[i].zero_point));
      }
    }
    packed += kColumns * sizeof(int32_t);
    tile.multiply(form, rows, steps, reinterpret_cast<const int8_t*>(packed));
    packed += steps * kStepWeights<DynamicWords>;

    v128_t scales[2], biases[2];
    std::memcpy(scales, packed, sizeof(scales));
    std::memcpy(biases, packed + sizeof(scales), sizeof(biases));
    for (size_t i = 0; i < kUsed; ++i) {
      const v128_t row_scale = wasm_v128_load32_splat(&row_params[i].inv_scale);
      v128_t results[2];
      for (size_t half = 0; half < 2; ++half) {
        const v128_t sum = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(tile.sums[i][half]), row_scale);
        const v128_t real = wasm_f32x4_add(wasm_f32x4_mul(sum, scales[half]), biases[half]);
        results[half] = wasm_f32x4_pmin(wasm_f32x4_pmax(real, min), max);
      }
      output.store(i, results[0], results[1]);
    }
    if (output.columns <= kColumns) return;
    packed += sizeof(scales) + sizeof(biases);
    output.columns -= kColumns;
    output.out += output.tile_stride;
  }
}

template <size_t kUsed>
void gemm(size_t rows, size_t columns, size_t channels, const int8_t* a, size_t a_stride, const std::byte* packed,
          std::byte* out, size_t row_stride, size_t tile_stride, const xnn_f32_minmax_params* params,
          const xnn_qd8_quantization_params* row_params) {
  const int8_t* rows_end = MatrixRows(a, a_stride, rows).template interleave<DynamicWords>(channels);
  multiply<kUsed>(rows_end, packed, {out, rows, columns, row_stride, tile_stride}, *params, {row_params, 1, rows});
}

/// `pointers_bytes` is the size of the pointers of one window.
template <size_t kUsed>
void igemm(size_t rows, size_t columns, size_t channels, size_t pointers_bytes, const int8_t** a,
           const std::byte* packed, std::byte* out, size_t row_stride, size_t tile_stride, size_t a_offset,
           const int8_t* zero, const int8_t* padding, const xnn_f32_minmax_params* params,
           const xnn_qd8_quantization_params* all_params) {
  const WindowRows source{a, pointers_bytes / (kUsed * sizeof(void*)), kUsed, a_offset, zero, padding};
  const int8_t* rows_end = source.interleave<DynamicWords>(channels);
  multiply<kUsed>(rows_end, packed, {out, rows, columns, row_stride, tile_stride}, *params, {all_params, 0, rows});
}

template <size_t kUsed>
void set_kernels(gemm_fused_ukernels& kernels) {
  kernels.dqgemm[kUsed - 1] = xnn_init_hmp_dqgemm_ukernel(reinterpret_cast<xnn_dqgemm_ukernel_fn>(gemm<kUsed>));
  kernels.dqigemm[kUsed - 1] = xnn_init_hmp_dqigemm_ukernel(reinterpret_cast<xnn_dqigemm_ukernel_fn>(igemm<kUsed>));
}

}  // namespace

void install_dynamic_int8_kernels() {
  auto* config = const_cast<xnn_gemm_config*>(xnn_init_qd8_f32_qc8w_gemm_config());
  if (config == nullptr) return;
  config->minmax = {};
  set_kernels<1>(config->minmax);
  set_kernels<kRows>(config->minmax);
  config->mr = kRows;
  config->nr = kColumns;
  config->log2_kr = 1;
  config->log2_sr = 0;
  static_assert(DynamicWords::kDepth == 2);
}

}  // namespace webquant
