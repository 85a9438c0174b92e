#include "run/kernels/int8_kernels.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

#include "run/kernels/int8_dot.h"
#include "run/kernels/int8_dynamic.h"
#include "run/kernels/int8_pack.h"
#include "run/kernels/int8_rows.h"
#include "xnnpack/config.h"

namespace webquant {
namespace {

using namespace int8_dot;

using Params = xnn_qs8_qc8w_conv_minmax_params;

/// Where results go: `count` rows of `columns` bytes, all at fixed distances, as are tiles of 8 columns.
struct Output {
  int8_t* out;
  size_t count, columns, row_stride, tile_stride;

  int8_t* row(size_t i) const { return out + std::min(i, count - 1) * row_stride; }

  /// Takes two rows in each vector. Rows beyond `count` repeat the last one and are stored over it.
  template <size_t kUsed>
  void store(const v128_t (&values)[(kUsed + 1) / 2]) const {
    for (size_t i = 0; i < kUsed; i += 2) wasm_v128_store64_lane(row(i), values[i / 2], 0);
    for (size_t i = 1; i < kUsed; i += 2) wasm_v128_store64_lane(row(i), values[i / 2], 1);
  }

  /// Fewer than 8 columns.
  template <size_t kUsed>
  void store_last(const v128_t (&values)[(kUsed + 1) / 2]) const {
    int8_t bytes[kUsed + 1][kColumns];
    for (size_t i = 0; i < kUsed; i += 2) wasm_v128_store(bytes[i], values[i / 2]);
    for (size_t i = 0; i < kUsed; ++i) std::memcpy(row(i), bytes[i], columns);
  }
};

const TileHead& head_of(const int8_t* packed) {
  const TileHead* head;
  std::memcpy(&head, packed, sizeof(head));
  return *head;
}

/// Multiplies the interleaved rows.
template <size_t kUsed, class Form>
[[gnu::noinline]] void multiply(const int8_t* rows_end, const int8_t* packed, Output output, const Params& params) {
  const Form form;
  const Requantizer requantizer(params.fp32_scalar);
  const int8_t* rows = scratch.get();
  const size_t steps = (rows_end - rows) / kRowsBytes;
  for (;;) {
    const TileHead& head = head_of(packed);
    const int8_t* weights = packed + kColumns * sizeof(int32_t);
    packed = weights + steps * kStepWeights<Form>;

    Tile<kUsed> tile(head);
    if constexpr (kWidensWords && Form::kGroup == Words::kGroup) {
      tile.multiply(form, rows, steps, head.widened);
    } else {
      tile.multiply(form, rows, steps, weights);
    }
    if constexpr (Form::kGroup == 4) {
      if (head.extra_steps > 0) tile.multiply_extra(form, rows, head);
    }

    const auto* scales = reinterpret_cast<const float*>(packed);
    v128_t words[kUsed + 1], values[(kUsed + 1) / 2];
    for (size_t i = 0; i < kUsed; ++i) words[i] = requantizer.words(tile.sums[i][0], tile.sums[i][1], scales);
    words[kUsed] = words[kUsed - 1];
    for (size_t i = 0; i < kUsed; i += 2) values[i / 2] = requantizer.bytes(words[i], words[i + 1]);
    if (output.columns < kColumns) return output.store_last<kUsed>(values);
    output.store<kUsed>(values);
    if (output.columns == kColumns) return;
    packed += kColumns * sizeof(float);
    output.columns -= kColumns;
    output.out += output.tile_stride;
  }
}

template <size_t kUsed, class Source>
void multiply(const Source& source, size_t channels, const void* packed, const Output& output, const Params& params) {
  const auto* begin = static_cast<const int8_t*>(packed);
#ifdef __wasm_relaxed_simd__
  if (!head_of(begin).is_words) {
    multiply<kUsed, Bytes>(source.template interleave<Bytes>(channels), begin, output, params);
    return;
  }
#endif
  multiply<kUsed, Words>(source.template interleave<Words>(channels), begin, output, params);
}

template <size_t kUsed>
void gemm(size_t rows, size_t columns, size_t channels, const int8_t* a, size_t a_stride, const void* packed,
          int8_t* out, size_t row_stride, size_t tile_stride, const Params* params) {
  multiply<kUsed>(MatrixRows(a, a_stride, rows), channels, packed, {out, rows, columns, row_stride, tile_stride},
                  *params);
}

/// `pointers_bytes` is the size of the pointers of one window.
template <size_t kUsed>
void igemm(size_t rows, size_t columns, size_t channels, size_t pointers_bytes, const int8_t** a, const void* packed,
           int8_t* out, size_t row_stride, size_t tile_stride, size_t a_offset, const int8_t* zero,
           const Params* params) {
  const WindowRows source{a, pointers_bytes / (kUsed * sizeof(void*)), kUsed, a_offset, zero, zero};
  multiply<kUsed>(source, channels, packed, {out, rows, columns, row_stride, tile_stride}, *params);
}

template <size_t kUsed>
void set_kernels(gemm_fused_ukernels& kernels) {
  kernels.gemm[kUsed - 1] = xnn_init_hmp_gemm_ukernel(reinterpret_cast<xnn_gemm_ukernel_fn>(gemm<kUsed>));
  kernels.igemm[kUsed - 1] = xnn_init_hmp_igemm_ukernel(reinterpret_cast<xnn_igemm_ukernel_fn>(igemm<kUsed>));
}

#ifdef __wasm_relaxed_simd__
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
#endif

size_t scratch_bytes = 0;
ExtraWeights* current_owner = nullptr;

}  // namespace

ExtraWeights::Scope::Scope(ExtraWeights& owner) { current_owner = &owner; }
ExtraWeights::Scope::~Scope() { current_owner = nullptr; }

// Who creates operators without an owner gets them right, at the price of memory that is never freed.
ExtraWeights& ExtraWeights::current() {
  static ExtraWeights never_freed;
  return current_owner ? *current_owner : never_freed;
}

void* ExtraWeights::allocate(size_t size_bytes) {
  std::unique_ptr<std::byte[]> block(new (std::nothrow) std::byte[size_bytes]());
  failed_ |= !block;
  return block ? blocks_.emplace_back(std::move(block)).get() : nullptr;
}

void ExtraWeights::reserve_rows(size_t taps, size_t channels) {
  // In 64 bits: a row of 512 MB takes more than 32 bits can count.
  const uint64_t padded = (uint64_t{channels} + kDepth - 1) / kDepth * kDepth;
  const uint64_t size_bytes = taps * padded / Words::kGroup * kRowsBytes + 4 * kRowsBytes;
  if (size_bytes <= scratch_bytes) return;
  const bool countable = size_bytes <= std::numeric_limits<ptrdiff_t>::max();
  auto* larger = countable ? new (std::nothrow) int8_t[static_cast<size_t>(size_bytes)] : nullptr;
  failed_ |= larger == nullptr;
  if (larger == nullptr) return;
  scratch.reset(larger);
  scratch_bytes = static_cast<size_t>(size_bytes);
}

void install_int8_kernels() {
  [[maybe_unused]] static const bool installed = [] {
    const xnn_hardware_config* hardware = xnn_init_hardware_config();
    if (hardware == nullptr || !hardware->is_x86) return false;
    bool bytes = false;
#ifdef __wasm_relaxed_simd__
    // XNNPACK's kernels are at least as fast where it found a use for the processor's own dot products.
    if (hardware->use_wasm_sdot || hardware->use_wasm_usdot) return false;
    bytes = dot_is_pmaddubsw();
#endif
    auto* config = const_cast<xnn_gemm_config*>(xnn_init_qs8_qc8w_gemm_config());
    if (config == nullptr) return false;
    config->minmax = {};
    set_kernels<1>(config->minmax);
    set_kernels<kRows>(config->minmax);
    config->mr = kRows;
    set_int8_packing(*config, bytes);
    install_dynamic_int8_kernels();
    return true;
  }();
}

}  // namespace webquant
