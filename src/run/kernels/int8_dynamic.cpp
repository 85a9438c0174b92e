#include "run/kernels/int8_dynamic.h"

#include <algorithm>
#include <cstring>

#include "run/kernels/int8_multiply.h"
#include "run/kernels/int8_pack.h"
#include "xnnpack/config.h"

namespace webquant {
namespace {

using namespace int8_dot;

/// The smallest and the largest value of a row, or 0 if none is below or above it: the range of what quantizes it has 0
/// in it anyway. Not numbers are passed over.
void find_range(size_t size_bytes, const float* x, float* range, const void*) {
  constexpr size_t kSums = 4;
  v128_t low[kSums] = {}, high[kSums] = {};
  const float* const end = x + size_bytes / sizeof(float);
  for (; end - x >= static_cast<ptrdiff_t>(4 * kSums); x += 4 * kSums) {
    for (size_t i = 0; i < kSums; ++i) {
      const v128_t values = wasm_v128_load(x + 4 * i);
      low[i] = wasm_f32x4_pmin(low[i], values);
      high[i] = wasm_f32x4_pmax(high[i], values);
    }
  }
  for (; end - x >= 4; x += 4) {
    low[0] = wasm_f32x4_pmin(low[0], wasm_v128_load(x));
    high[0] = wasm_f32x4_pmax(high[0], wasm_v128_load(x));
  }
  for (; x < end; ++x) {
    low[0] = wasm_f32x4_pmin(low[0], wasm_v128_load32_splat(x));
    high[0] = wasm_f32x4_pmax(high[0], wasm_v128_load32_splat(x));
  }
  float lows[4], highs[4];
  wasm_v128_store(lows, wasm_f32x4_pmin(wasm_f32x4_pmin(low[0], low[1]), wasm_f32x4_pmin(low[2], low[3])));
  wasm_v128_store(highs, wasm_f32x4_pmax(wasm_f32x4_pmax(high[0], high[1]), wasm_f32x4_pmax(high[2], high[3])));
  range[0] = *std::min_element(lows, lows + 4);
  range[1] = *std::max_element(highs, highs + 4);
}

/// How rows were quantized: the parameters of each, or of all if `stride` is 0.
struct RowParams {
  const xnn_qd8_quantization_params* params;
  size_t stride, count;

  const xnn_qd8_quantization_params& operator[](size_t i) const { return params[std::min(i, count - 1) * stride]; }
};

/// `count` rows of `columns` floats; strides in bytes. Behind the weights of a tile are its scales and its biases.
struct FloatOutput {
  static constexpr size_t kTailBytes = 2 * kColumns * sizeof(float);

  std::byte* out;
  size_t count, columns, row_stride, tile_stride;
  const xnn_f32_minmax_params& params;
  RowParams row_params;

  template <size_t kUsed>
  void start(Tile<kUsed>& tile, const TileHead& head, size_t row, int32_t offset) const {
    for (size_t half = 0; half < 2; ++half) {
      const v128_t weight_sums = wasm_v128_load(head.start + 4 * half);
      for (size_t i = 0; i < kUsed; ++i) {
        const v128_t zero_point = wasm_i32x4_splat(row_params[row + i].zero_point + offset);
        tile.sums[i][half] = wasm_i32x4_mul(weight_sums, zero_point);
      }
    }
  }

  template <size_t kUsed>
  void finish(const Tile<kUsed>& tile, const int8_t* tail, size_t row, size_t column) const {
    const v128_t min = wasm_v128_load32_splat(&params.scalar.min), max = wasm_v128_load32_splat(&params.scalar.max);
    std::byte* to = out + row * row_stride + column / kColumns * tile_stride;
    const size_t used = std::min(kUsed, count - row), left = std::min(columns - column, kColumns);
    v128_t scales[2], biases[2], results[kUsed][2];
    std::memcpy(scales, tail, sizeof(scales));
    std::memcpy(biases, tail + sizeof(scales), sizeof(biases));
    for (size_t i = 0; i < kUsed; ++i) {
      const v128_t row_scale = wasm_v128_load32_splat(&row_params[row + i].inv_scale);
      for (size_t half = 0; half < 2; ++half) {
        const v128_t sum = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(tile.sums[i][half]), row_scale);
        const v128_t real = wasm_f32x4_add(wasm_f32x4_mul(sum, scales[half]), biases[half]);
        results[i][half] = wasm_f32x4_pmin(wasm_f32x4_pmax(real, min), max);
      }
    }
    if (used == kUsed && left == kColumns) {
      for (size_t i = 0; i < kUsed; ++i, to += row_stride) {
        wasm_v128_store(to, results[i][0]);
        wasm_v128_store(to + sizeof(v128_t), results[i][1]);
      }
      return;
    }
    for (size_t i = 0; i < used; ++i, to += row_stride) store_columns(to, results[i], left);
  }

 private:
  static void store_columns(std::byte* to, const v128_t (&values)[2], size_t left) {
    if (left == kColumns) wasm_v128_store(to + sizeof(v128_t), values[1]);
    if (left >= 4) wasm_v128_store(to, values[0]);
    const size_t rest = left % 4 * sizeof(float);
    store_first(to + left / 4 * sizeof(v128_t), left < 4 ? values[0] : values[1], rest);
  }
};

/// `kMost` rows or fewer.
template <size_t kMost>
void gemm(size_t rows, size_t columns, size_t channels, const int8_t* a, size_t a_stride, const void* packed,
          std::byte* out, size_t row_stride, size_t tile_stride, const xnn_f32_minmax_params* params,
          const xnn_qd8_quantization_params* row_params) {
  const FloatOutput output{out, rows, columns, row_stride, tile_stride, *params, {row_params, 1, rows}};
  multiply(MatrixRows{a, a_stride, rows}, channels, packed, output);
}

/// `pointers_bytes` is the size of the pointers of `kMost` windows.
template <size_t kMost>
void igemm(size_t rows, size_t columns, size_t channels, size_t pointers_bytes, const int8_t** a, const void* packed,
           std::byte* out, size_t row_stride, size_t tile_stride, size_t a_offset, const int8_t* zero,
           const int8_t* padding, const xnn_f32_minmax_params* params, const xnn_qd8_quantization_params* all_params) {
  const WindowRows source{a, pointers_bytes / (kMost * sizeof(void*)), kMost, a_offset, zero, padding, rows};
  const FloatOutput output{out, rows, columns, row_stride, tile_stride, *params, {all_params, 0, rows}};
  multiply(source, channels, packed, output);
}

template <size_t kMost>
void set_kernels(gemm_fused_ukernels& kernels) {
  kernels.dqgemm[kMost - 1] = xnn_init_hmp_dqgemm_ukernel(reinterpret_cast<xnn_dqgemm_ukernel_fn>(gemm<kMost>));
  kernels.dqigemm[kMost - 1] = xnn_init_hmp_dqigemm_ukernel(reinterpret_cast<xnn_dqigemm_ukernel_fn>(igemm<kMost>));
}

}  // namespace

void install_dynamic_int8_kernels() {
  auto* config = const_cast<xnn_gemm_config*>(xnn_init_qd8_f32_qc8w_gemm_config());
  if (config == nullptr) return;
  config->minmax = {};
  set_kernels<1>(config->minmax);
  // A block, of whatever form.
  has_dot() ? set_kernels<6>(config->minmax) : set_kernels<4>(config->minmax);
  set_kernels<kMaxRows>(config->minmax);
  config->mr = kMaxRows;
  set_int8_packing(*config);
  // XNNPACK's own takes care of not numbers, for which WebAssembly's minimum and maximum need many instructions.
  if (auto* range = const_cast<xnn_reduce_config*>(xnn_init_f32_rminmax_config()); range != nullptr)
    range->ukernel = reinterpret_cast<xnn_reduce_ukernel_fn>(find_range);
}

}  // namespace webquant
