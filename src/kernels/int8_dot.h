// The inner loops of the INT8 kernels, and how weights lie in memory for them.
//
// i16x8.relaxed_dot_i8x16_i7x16 is one instruction on x86, PMADDUBSW: eight sums of two products, its first operand
// signed, its second unsigned. Int8 activations become unsigned by flipping their top bit; the 128 added thereby is
// taken off again in the bias.
//
// Such a sum saturates to 16 bits, which would give wrong results. It cannot if among the two weights of each sum the
// positive ones add up to at most 128, and the negative ones to at least -128, since 255 * 128 < 32768. Pairs of larger
// weights are rare: the packed weights hold one half of them, and the other half comes in an extra step of the same
// kind that repeats their activations.
#pragma once

#include <wasm_simd128.h>

#include <cstddef>
#include <cstdint>

namespace webquant::int8_dot {

/// Output channels computed together, and input channels in one step.
constexpr size_t kColumns = 8;
constexpr size_t kDepth = 4;
constexpr size_t kStepBytes = kColumns * kDepth;  // each column's 4 weights, one column after the other

/// A second step on the activations at `k` of a tap. (A convolution has a tap for each element of its window, a matrix
/// product one.)
struct ExtraStep {
  int8_t weights[kStepBytes];
  uint32_t tap, k;
};

/// What a tile of 8 columns has beside its packed weights. XNNPACK leaves room for 8 biases in front of these; there is
/// a pointer to this instead.
struct TileHead {
  int32_t bias[kColumns];
  uint32_t extra_steps;
  const ExtraStep* extra;
};

/// A vector constant that stays in a register: the compiler would otherwise repeat it at each use.
inline v128_t keep(v128_t value) {
  asm volatile("" : "+m"(value));
  return value;
}

template <size_t kRows>
class Tile {
 public:
  using Rows = const int8_t* [kRows];

  explicit Tile(const TileHead& head) {
    for (size_t i = 0; i < kRows; ++i) {
      sums_[i][0] = wasm_v128_load(head.bias);
      sums_[i][1] = wasm_v128_load(head.bias + 4);
    }
  }

  void step(const Rows& rows, size_t k, const int8_t* weights, v128_t ones, v128_t top_bits) {
    const v128_t w0 = wasm_v128_load(weights), w1 = wasm_v128_load(weights + 16);
    for (size_t i = 0; i < kRows; ++i) {
      const v128_t x = wasm_v128_xor(wasm_v128_load32_splat(rows[i] + k), top_bits);
      add(sums_[i][0], w0, x, ones);
      add(sums_[i][1], w1, x, ones);
    }
  }

  /// Rounds to nearest, ties to even, as XNNPACK's fp32 requantization does: float sums keep no fraction from 2^23 on.
  template <class Params>
  void requantize(const float* scales, const Params& params, v128_t (&out)[(kRows + 1) / 2]) const {
    const v128_t magic = wasm_f32x4_const_splat(12582912.0f);
    const int32_t magic_bits = 0x4B400000;
    const v128_t low = wasm_i32x4_splat(magic_bits + params.output_min - params.output_zero_point);
    const v128_t offset = wasm_i32x4_splat(magic_bits - params.output_zero_point);
    const v128_t high = wasm_i8x16_splat(static_cast<int8_t>(params.output_max));
    v128_t narrow[kRows + 1];
    for (size_t i = 0; i < kRows; ++i) {
      v128_t halves[2];
      for (size_t j = 0; j < 2; ++j) {
        const v128_t real = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(sums_[i][j]), wasm_v128_load(scales + 4 * j));
        halves[j] = wasm_i32x4_sub(wasm_i32x4_max(wasm_f32x4_add(real, magic), low), offset);
      }
      narrow[i] = wasm_i16x8_narrow_i32x4(halves[0], halves[1]);
    }
    narrow[kRows] = narrow[kRows - 1];
    for (size_t i = 0; i < kRows; i += 2) {
      out[i / 2] = wasm_i8x16_min(wasm_i8x16_narrow_i16x8(narrow[i], narrow[i + 1]), high);
    }
  }

 private:
  static void add(v128_t& sum, v128_t weights, v128_t x, v128_t ones) {
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(wasm_i16x8_relaxed_dot_i8x16_i7x16(weights, x), ones));
  }

  v128_t sums_[kRows][2];
};

}  // namespace webquant::int8_dot
