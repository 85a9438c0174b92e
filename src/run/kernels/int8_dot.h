// The inner loops of the INT8 kernels, and how activations and weights lie in memory for them.
//
// Four rows of activations are interleaved in steps of 16 bytes: a group of neighbouring channels of the first row, the
// same of the second, and so on. A step of the weights has such a group for each of 8 output channels. Activations get
// 128 added, which makes them unsigned; it is taken off again in the bias. There are two forms.
//
// Bytes, where the groups are 4 bytes: i16x8.relaxed_dot_i8x16_i7x16 is one instruction on x86, PMADDUBSW: eight sums
// of two products, its first operand signed, its second unsigned. Such a sum saturates to 16 bits, which would give
// wrong results. It cannot if among the two weights of each sum the positive ones add up to at most 128, and the
// negative ones to at least -128, since 255 * 128 < 32768. Of pairs of larger weights the packed weights hold one half,
// and the other half comes in extra steps.
//
// Words, where the groups are 2 channels widened to 16 bits, which cannot saturate. It takes more instructions, but
// fewer than Bytes if there are many large weights. Beside Bytes only some operators use it, and keep a widened copy of
// their weights, which is some per cent faster; where all do, the weights are widened as they are loaded.
#pragma once

#include <wasm_simd128.h>

#include <cstddef>
#include <cstdint>

#include "run/kernels/int8_requantize.h"

namespace webquant::int8_dot {

/// Output channels computed together.
constexpr size_t kColumns = 8;
/// Rows interleaved.
constexpr size_t kRows = 4;
/// Channels are padded with weights of 0 to a multiple of this for static INT8.
constexpr size_t kDepth = 4;
/// What a step of the rows takes, and how many weights it meets.
constexpr size_t kRowsBytes = 16;
template <class Form>
constexpr size_t kStepWeights = kColumns * Form::kGroup;

/// A step of Bytes for which each column has activations of its own.
struct ExtraStep {
  int8_t weights[kColumns * kDepth];
  uint32_t rows[kColumns];  // where they are among the interleaved rows, in bytes
};

/// What a tile of 8 columns has beside the weights packed by XNNPACK, which leaves room for 8 biases in front of these;
/// there is a pointer to this instead.
struct TileHead {
  int32_t bias[kColumns];
  const ExtraStep* extra;
  uint32_t extra_steps;
  bool is_words;
  const int16_t* widened;  // with kWidensWords
};

#ifdef __wasm_relaxed_simd__
struct Bytes {
  static constexpr size_t kGroup = 4, kDepth = int8_dot::kDepth;
  v128_t ones = keep(wasm_i16x8_const_splat(1));

  static v128_t load(const int8_t* x) { return wasm_v128_xor(wasm_v128_load(x), wasm_i8x16_const_splat(-128)); }
  static v128_t weights(const int8_t* w) { return wasm_v128_load(w); }
  v128_t dot(v128_t weights, v128_t x) const {
    return wasm_i32x4_dot_i16x8(wasm_i16x8_relaxed_dot_i8x16_i7x16(weights, x), ones);
  }
};
#endif

#ifdef __wasm_relaxed_simd__
constexpr bool kWidensWords = true;
#else
constexpr bool kWidensWords = false;
#endif

struct Words {
  static constexpr size_t kGroup = 2, kDepth = int8_dot::kDepth;

  static v128_t load(const int8_t* x) { return wasm_i16x8_add(wasm_i16x8_load8x8(x), wasm_i16x8_const_splat(128)); }
  static v128_t weights(const int8_t* w) { return wasm_i16x8_load8x8(w); }
  static v128_t weights(const int16_t* w) { return wasm_v128_load(w); }
  v128_t dot(v128_t weights, v128_t x) const { return wasm_i32x4_dot_i16x8(weights, x); }
};

/// For dynamic INT8, whose weights XNNPACK packs by itself: nothing is added to the activations.
struct DynamicWords : Words {
  static constexpr size_t kDepth = kGroup;

  static v128_t load(const int8_t* x) { return wasm_i16x8_load8x8(x); }
};

/// Swaps rows and columns of 4 x 4 numbers of 32 bits.
inline void transpose(v128_t (&v)[4]) {
  const v128_t low01 = wasm_i32x4_shuffle(v[0], v[1], 0, 4, 1, 5), high01 = wasm_i32x4_shuffle(v[0], v[1], 2, 6, 3, 7);
  const v128_t low23 = wasm_i32x4_shuffle(v[2], v[3], 0, 4, 1, 5), high23 = wasm_i32x4_shuffle(v[2], v[3], 2, 6, 3, 7);
  v[0] = wasm_i64x2_shuffle(low01, low23, 0, 2);
  v[1] = wasm_i64x2_shuffle(low01, low23, 1, 3);
  v[2] = wasm_i64x2_shuffle(high01, high23, 0, 2);
  v[3] = wasm_i64x2_shuffle(high01, high23, 1, 3);
}

/// Returns where the next channels go. May read up to 15 bytes after `channels`, and write up to 64 too many.
template <class Form>
int8_t* interleave(const int8_t* const (&rows)[kRows], size_t channels, int8_t* out) {
  constexpr size_t kLoaded = 4 * Form::kGroup;
  for (size_t k = 0; k < channels; k += kLoaded) {
    v128_t v[kRows];
    for (size_t i = 0; i < kRows; ++i) v[i] = Form::load(rows[i] + k);
    transpose(v);
    for (size_t i = 0; i < kRows; ++i) wasm_v128_store(out + (k / Form::kGroup + i) * kRowsBytes, v[i]);
  }
  return out + (channels + Form::kDepth - 1) / Form::kDepth * (Form::kDepth / Form::kGroup) * kRowsBytes;
}

/// Sums of products for the first `kUsed` of the interleaved rows and 8 columns.
template <size_t kUsed>
struct Tile {
  v128_t sums[kUsed][2];

  Tile() = default;
  explicit Tile(const TileHead& head) {
    for (auto& row : sums) {
      row[0] = wasm_v128_load(head.bias);
      row[1] = wasm_v128_load(head.bias + 4);
    }
  }

  template <class Form, class Weight>
  void multiply(const Form& form, const int8_t* rows, size_t steps, const Weight* weights) {
    for (; steps > 0; --steps, rows += kRowsBytes, weights += kStepWeights<Form>) {
      const v128_t w0 = Form::weights(weights), w1 = Form::weights(weights + kStepWeights<Form> / 2);
      for (size_t i = 0; i < kUsed; ++i) {
        const v128_t x = wasm_v128_load32_splat(rows + 4 * i);
        sums[i][0] = wasm_i32x4_add(sums[i][0], form.dot(w0, x));
        sums[i][1] = wasm_i32x4_add(sums[i][1], form.dot(w1, x));
      }
    }
  }

  /// Here the columns' weights are what is repeated, as the activations differ from column to column.
  template <class Form>
  void multiply_extra(const Form& form, const int8_t* rows, const TileHead& head) {
    v128_t columns[2][4] = {};
    for (const ExtraStep *step = head.extra, *end = step + head.extra_steps; step != end; ++step) {
      for (size_t i = 0; i < kColumns; ++i) {
        v128_t& sum = columns[i / 4][i % 4];
        const v128_t weights = wasm_v128_load32_splat(step->weights + kDepth * i);
        sum = wasm_i32x4_add(sum, form.dot(weights, wasm_v128_load(rows + step->rows[i])));
      }
    }
    for (size_t half = 0; half < 2; ++half) {
      transpose(columns[half]);
      for (size_t i = 0; i < kUsed; ++i) sums[i][half] = wasm_i32x4_add(sums[i][half], columns[half][i]);
    }
  }
};

}  // namespace webquant::int8_dot
