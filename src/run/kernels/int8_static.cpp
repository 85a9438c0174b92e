#include "run/kernels/int8_static.h"

#include "run/kernels/int8_multiply.h"
#include "run/kernels/int8_pack.h"
#include "xnnpack/config.h"

namespace webquant {
namespace {

using namespace int8_dot;

using Params = xnn_qs8_qc8w_conv_minmax_params;

/// Where results go: `count` rows of `columns` bytes, all at fixed distances, as are tiles of 8 columns. Behind the
/// weights of a tile are its scales.
struct Int8Output {
  static constexpr size_t kTailBytes = kColumns * sizeof(float);

  int8_t* out;
  size_t count, columns, row_stride, tile_stride;
  Requantizer requantizer;

  template <size_t kUsed>
  static void start(Tile<kUsed>& tile, const TileHead& head, size_t, int32_t) {
    const v128_t start0 = wasm_v128_load(head.start), start1 = wasm_v128_load(head.start + 4);
    for (auto& row : tile.sums) row[0] = start0, row[1] = start1;
  }

  template <size_t kUsed>
  void finish(const Tile<kUsed>& tile, const int8_t* tail, size_t row, size_t column) const {
    const auto* scales = reinterpret_cast<const float*>(tail);
    v128_t words[kUsed + 1], values[(kUsed + 1) / 2];
    for (size_t i = 0; i < kUsed; ++i) words[i] = requantizer.words(tile.sums[i][0], tile.sums[i][1], scales);
    words[kUsed] = words[kUsed - 1];
    for (size_t i = 0; i < kUsed; i += 2) values[i / 2] = requantizer.bytes(words[i], words[i + 1]);

    int8_t* to = out + row * row_stride + column / kColumns * tile_stride;
    const size_t last = std::min(kUsed, count - row) - 1;
    if (columns - column < kColumns) {
      store_columns(values, to, last, columns - column);
    } else if (last + 1 == kUsed) {
      store(values, to, kUsed - 1);
    } else {
      store(values, to, last);
    }
  }

 private:
  /// Takes two rows in each vector. Rows after `last` repeat it and are stored over it, before it.
  template <size_t kPairs>
  void store(const v128_t (&values)[kPairs], int8_t* to, size_t last) const {
    for (size_t i = 0; i < kPairs; ++i) {
      wasm_v128_store64_lane(to + std::min(2 * i, last) * row_stride, values[i], 0);
      if (2 * i + 1 <= last) wasm_v128_store64_lane(to + (2 * i + 1) * row_stride, values[i], 1);
    }
  }

  /// Fewer than 8 columns.
  template <size_t kPairs>
  void store_columns(const v128_t (&values)[kPairs], int8_t* to, size_t last, size_t left) const {
    for (size_t i = 0; i < kPairs; ++i) {
      store_first(to + std::min(2 * i, last) * row_stride, values[i], left);
      const v128_t second = wasm_i64x2_shuffle(values[i], values[i], 1, 1);
      if (2 * i + 1 <= last) store_first(to + (2 * i + 1) * row_stride, second, left);
    }
  }
};

/// `kMost` rows or fewer.
template <size_t kMost>
void gemm(size_t rows, size_t columns, size_t channels, const int8_t* a, size_t a_stride, const void* packed,
          int8_t* out, size_t row_stride, size_t tile_stride, const Params* params) {
  const Int8Output output{out, rows, columns, row_stride, tile_stride, Requantizer(params->fp32_scalar)};
  multiply(MatrixRows{a, a_stride, rows}, channels, packed, output);
}

/// `pointers_bytes` is the size of the pointers of `kMost` windows.
template <size_t kMost>
void igemm(size_t rows, size_t columns, size_t channels, size_t pointers_bytes, const int8_t** a, const void* packed,
           int8_t* out, size_t row_stride, size_t tile_stride, size_t a_offset, const int8_t* zero,
           const Params* params) {
  const WindowRows source{a, pointers_bytes / (kMost * sizeof(void*)), kMost, a_offset, zero, zero, rows};
  const Int8Output output{out, rows, columns, row_stride, tile_stride, Requantizer(params->fp32_scalar)};
  multiply(source, channels, packed, output);
}

template <size_t kMost>
void set_kernels(gemm_fused_ukernels& kernels) {
  kernels.gemm[kMost - 1] = xnn_init_hmp_gemm_ukernel(reinterpret_cast<xnn_gemm_ukernel_fn>(gemm<kMost>));
  kernels.igemm[kMost - 1] = xnn_init_hmp_igemm_ukernel(reinterpret_cast<xnn_igemm_ukernel_fn>(igemm<kMost>));
}

}  // namespace

void install_static_int8_kernels() {
  auto* config = const_cast<xnn_gemm_config*>(xnn_init_qs8_qc8w_gemm_config());
  if (config == nullptr) return;
  config->minmax = {};
  set_kernels<1>(config->minmax);
  // A block, of whatever form.
  has_dot() ? set_kernels<6>(config->minmax) : set_kernels<4>(config->minmax);
  set_kernels<kMaxRows>(config->minmax);
  config->mr = kMaxRows;
  set_int8_packing(*config);
}

}  // namespace webquant
