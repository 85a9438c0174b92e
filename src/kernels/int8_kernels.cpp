#include "kernels/int8_kernels.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "kernels/int8_dot.h"
#include "kernels/int8_pack.h"
#include "xnnpack/config.h"

namespace webquant {
namespace {

using namespace int8_dot;

/// More rows would need more than the 16 vector registers of AVX2.
constexpr size_t kMaxRows = 4;

using Params = xnn_qs8_qc8w_conv_minmax_params;

/// Rows of activations that lie at a fixed distance from each other. Rows beyond `count` repeat the last one.
template <size_t kRows>
struct MatrixRows {
  static constexpr size_t taps = 1;
  const int8_t* rows[kRows];

  MatrixRows(const int8_t* a, size_t stride, size_t count) {
    for (size_t i = 0; i < kRows; ++i) rows[i] = a + std::min(i, count - 1) * stride;
  }
  void load(size_t, const int8_t* (&out)[kRows]) const { std::copy(rows, rows + kRows, out); }
};

/// Rows of a convolution's windows: for each tap a pointer for each row, all of them to be moved by `offset` except
/// those to the padding.
template <size_t kRows>
struct WindowRows {
  size_t taps;
  const int8_t* const* pointers;
  size_t offset;
  const int8_t* zero;

  void load(size_t tap, const int8_t* (&out)[kRows]) const {
    for (size_t i = 0; i < kRows; ++i) {
      const int8_t* row = pointers[tap * kRows + i];
      out[i] = row == zero ? row : row + offset;
    }
  }
};

template <size_t kRows>
void store(const v128_t (&values)[(kRows + 1) / 2], size_t columns, size_t rows, size_t row_stride, int8_t* out) {
  int8_t bytes[kColumns * (kRows + 1)];
  if (columns < kColumns) {
    for (size_t i = 0; i < kRows; i += 2) wasm_v128_store(bytes + i * kColumns, values[i / 2]);
    for (size_t i = 0; i < rows; ++i) std::memcpy(out + i * row_stride, bytes + i * kColumns, columns);
    return;
  }
  // Rows that repeat the last one are stored over it.
  for (size_t i = 0; i < kRows; ++i) {
    int8_t* row = out + std::min(i, rows - 1) * row_stride;
    if (i % 2 == 0) {
      wasm_v128_store64_lane(row, values[i / 2], 0);
    } else {
      wasm_v128_store64_lane(row, values[i / 2], 1);
    }
  }
}

template <size_t kRows, class Source>
[[gnu::always_inline]] inline void multiply(const Source& source, size_t rows, size_t columns, size_t channels,
                                            const void* packed, int8_t* out, size_t row_stride, size_t tile_stride,
                                            const Params& params) {
  const v128_t ones = keep(wasm_i16x8_const_splat(1)), top_bits = keep(wasm_i8x16_const_splat(-128));
  const auto* weights = static_cast<const int8_t*>(packed);
  const int8_t* x[kRows];
  for (;;) {
    const TileHead* head;
    std::memcpy(&head, weights, sizeof(head));
    weights += kColumns * sizeof(int32_t);

    Tile<kRows> tile(*head);
    for (size_t tap = 0; tap < source.taps; ++tap) {
      source.load(tap, x);
      for (size_t k = 0; k < channels; k += kDepth) {
        tile.step(x, k, weights, ones, top_bits);
        weights += kStepBytes;
      }
    }
    for (const ExtraStep *extra = head->extra, *end = extra + head->extra_steps; extra != end; ++extra) {
      source.load(extra->tap, x);
      tile.step(x, extra->k, extra->weights, ones, top_bits);
    }

    v128_t values[(kRows + 1) / 2];
    tile.requantize(reinterpret_cast<const float*>(weights), params.fp32_scalar, values);
    weights += kColumns * sizeof(float);
    store<kRows>(values, columns, rows, row_stride, out);
    if (columns <= kColumns) return;
    columns -= kColumns;
    out += tile_stride;
  }
}

template <size_t kRows>
void gemm(size_t rows, size_t columns, size_t channels, const int8_t* a, size_t a_stride, const void* packed,
          int8_t* out, size_t row_stride, size_t tile_stride, const Params* params) {
  multiply<kRows>(MatrixRows<kRows>(a, a_stride, rows), rows, columns, channels, packed, out, row_stride, tile_stride,
                  *params);
}

/// `pointers_bytes` is the size of the pointers of one window.
template <size_t kRows>
void igemm(size_t rows, size_t columns, size_t channels, size_t pointers_bytes, const int8_t** a, const void* packed,
           int8_t* out, size_t row_stride, size_t tile_stride, size_t a_offset, const int8_t* zero,
           const Params* params) {
  const WindowRows<kRows> source{pointers_bytes / (kRows * sizeof(void*)), a, a_offset, zero};
  multiply<kRows>(source, rows, columns, channels, packed, out, row_stride, tile_stride, *params);
}

template <size_t kRows>
void set_kernels(gemm_fused_ukernels& kernels) {
  kernels.gemm[kRows - 1] = xnn_init_hmp_gemm_ukernel(reinterpret_cast<xnn_gemm_ukernel_fn>(gemm<kRows>));
  kernels.igemm[kRows - 1] = xnn_init_hmp_igemm_ukernel(reinterpret_cast<xnn_igemm_ukernel_fn>(igemm<kRows>));
}

/// Relaxed instructions may do either of several things; whether the dot product here does what int8_dot.h says.
bool dot_is_pmaddubsw() {
  const auto saturated = [](int sum) { return std::clamp(sum, -32768, 32767); };
  // Volatile, or the result would be computed while compiling.
  const volatile int8_t weights[16] = {127, 127, -128, -128, -1, 1, 64, 64, 127, -127, 1, 0, 0, -1, -64, -64};
  const volatile uint8_t x[16] = {255, 255, 255, 255, 255, 128, 255, 255, 255, 254, 200, 3, 3, 200, 255, 255};
  int8_t signed_bytes[16];
  uint8_t unsigned_bytes[16];
  std::copy(weights, weights + 16, signed_bytes);
  std::copy(x, x + 16, unsigned_bytes);
  int16_t sums[8];
  wasm_v128_store(sums,
                  wasm_i16x8_relaxed_dot_i8x16_i7x16(wasm_v128_load(signed_bytes), wasm_v128_load(unsigned_bytes)));
  for (size_t i = 0; i < 16; i += 2) {
    if (sums[i / 2] != saturated(signed_bytes[i] * unsigned_bytes[i] + signed_bytes[i + 1] * unsigned_bytes[i + 1]))
      return false;
  }
  return true;
}

ExtraWeights* current_owner = nullptr;

}  // namespace

ExtraWeights::Scope::Scope(ExtraWeights& owner) { current_owner = &owner; }
ExtraWeights::Scope::~Scope() { current_owner = nullptr; }

void* ExtraWeights::allocate(size_t size_bytes) {
  // Who creates operators without an owner gets them right, at the price of memory that is never freed.
  static ExtraWeights never_freed;
  ExtraWeights& owner = current_owner ? *current_owner : never_freed;
  std::unique_ptr<std::byte[]> block(new (std::nothrow) std::byte[size_bytes]());
  if (!block) {
    owner.failed_ = true;
    return nullptr;
  }
  return owner.blocks_.emplace_back(std::move(block)).get();
}

void install_int8_kernels() {
  [[maybe_unused]] static const bool installed = [] {
    // XNNPACK's kernels are at least as fast where it found a use for the processor's own dot products.
    const xnn_hardware_config* hardware = xnn_init_hardware_config();
    if (hardware == nullptr || hardware->use_wasm_sdot || hardware->use_wasm_usdot || !dot_is_pmaddubsw()) return false;
    auto* config = const_cast<xnn_gemm_config*>(xnn_init_qs8_qc8w_gemm_config());
    if (config == nullptr) return false;
    config->minmax = {};
    set_kernels<1>(config->minmax);
    set_kernels<kMaxRows>(config->minmax);
    config->mr = kMaxRows;
    set_int8_packing(*config);
    return true;
  }();
}

}  // namespace webquant
