// From sums of products back to INT8.
#pragma once

#include <wasm_simd128.h>

#include <cstddef>
#include <cstdint>

namespace webquant {

/// A vector constant that stays in a register: the compiler would otherwise repeat it at each use.
inline v128_t keep(v128_t value) {
  asm volatile("" : "+m"(value));
  return value;
}

/// Stores the first `count` bytes of `values`, fewer than 16.
inline void store_first(void* to, v128_t values, size_t count) {
  auto* out = static_cast<int8_t*>(to);
  if (count & 8) {
    wasm_v128_store64_lane(out, values, 0);
    values = wasm_i64x2_shuffle(values, values, 1, 1);
    out += 8;
  }
  if (count & 4) {
    wasm_v128_store32_lane(out, values, 0);
    values = wasm_u64x2_shr(values, 32);
    out += 4;
  }
  if (count & 2) {
    wasm_v128_store16_lane(out, values, 0);
    values = wasm_u32x4_shr(values, 16);
    out += 2;
  }
  if (count & 1) wasm_v128_store8_lane(out, values, 0);
}

/// Rounds to nearest, ties to even, as XNNPACK's fp32 requantization does: float sums keep no fraction from 2^23 on.
class Requantizer {
 public:
  template <class Params>
  explicit Requantizer(const Params& params)
      : low_(keep(wasm_i32x4_splat(kMagicBits + params.output_min - params.output_zero_point))),
        offset_(keep(wasm_i32x4_splat(kMagicBits - params.output_zero_point))),
        high_(keep(wasm_i8x16_splat(static_cast<int8_t>(params.output_max)))) {}

  /// The sums of 8 channels.
  v128_t words(v128_t sums0, v128_t sums1, const float* scales) const {
    return wasm_i16x8_narrow_i32x4(round(sums0, scales), round(sums1, scales + 4));
  }
  v128_t bytes(v128_t words0, v128_t words1) const {
    return wasm_i8x16_min(wasm_i8x16_narrow_i16x8(words0, words1), high_);
  }

 private:
  static constexpr int32_t kMagicBits = 0x4B400000;

  v128_t round(v128_t sums, const float* scales) const {
    const v128_t real = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(sums), wasm_v128_load(scales));
    return wasm_i32x4_sub(wasm_i32x4_max(wasm_f32x4_add(real, magic_), low_), offset_);
  }

  v128_t magic_ = keep(wasm_f32x4_const_splat(12582912.0f)), low_, offset_, high_;
};

}  // namespace webquant
