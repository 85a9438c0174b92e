// The inner loops of the INT8 kernels, and how activations and weights lie in memory for them.
//
// Four or six rows of activations are interleaved in steps: a group of neighbouring channels of the first row, which
// takes 4 bytes, the same of the second, and so on; that is a block. Where there is but one row, it is a block of its
// own. A step of the weights has such a group for each of 8 output channels. There are three forms.
//
// Dot, where the groups are 4 bytes: i32x4.relaxed_dot_i8x16_i7x16_add is one instruction that adds four products to
// each sum without losing a bit, on x86 with AVX-VNNI (VPDPBUSD) and on ARM (SDOT). On x86 the activations have to be
// unsigned: they get 128 added, which is taken off again in the bias.
//
// Bytes, where the groups are 4 bytes, too: on other x86 processors i16x8.relaxed_dot_i8x16_i7x16 is one instruction,
// PMADDUBSW: eight sums of two products, its first operand signed, its second unsigned. Such a sum saturates to 16
// bits, which would give wrong results. It cannot if among the two weights of each sum the positive ones add up to at
// most 128, and the negative ones to at least -128, since 255 * 128 < 32768. Of pairs of larger weights the packed
// weights hold one half, and the other half comes in extra steps.
//
// Words, where the groups are 2 channels widened to 16 bits, which cannot saturate. It takes more instructions than
// Bytes, but fewer if there are many large weights. Beside Bytes only some operators use it, and keep a widened copy of
// their weights, which is some per cent faster; where all do, the weights are widened as they are loaded.
#pragma once

#include <wasm_simd128.h>

#include <cstddef>
#include <cstdint>

#include "run/kernels/dot_class.h"
#include "run/kernels/int8_requantize.h"
#include "run/kernels/kernel_memory.h"

namespace webquant::int8_dot {

/// Output channels computed together.
constexpr size_t kColumns = 8;
/// Channels are padded with weights of 0 to a multiple of this.
constexpr size_t kDepth = 4;
/// What a step of one row takes, and how many weights it meets.
constexpr size_t kRowBytes = 4;
template <class Form>
constexpr size_t kStepWeights = kColumns * Form::kGroup;

/// A step of Bytes for which each column has activations of its own.
struct ExtraStep {
  int8_t weights[kColumns * kDepth];
  uint32_t rows[kColumns];  // where these are in a block, in bytes
};

enum class FormId : uint8_t { kDot, kBytes, kWords };

/// What a tile of 8 columns has beside the weights packed by XNNPACK, which leaves room for 8 numbers of 32 bits in
/// front of these; there is a pointer to this instead.
struct TileHead {
  /// Static INT8: what the sums start at. Dynamic INT8: what the activations' zero point is multiplied by for that, the
  /// sums of the weights with their sign turned.
  int32_t start[kColumns];
  const ExtraStep* extra;
  uint32_t extra_steps;
  FormId form;
  const int16_t* widened;  // with kWidensWords
  Scratch* scratch;
};

/// Of the tile whose packed weights begin there.
inline const TileHead& head_of(const int8_t* packed) {
  const TileHead* head = nullptr;
  __builtin_memcpy(&head, packed, sizeof(head));
  return *head;
}

#ifdef __wasm_relaxed_simd__
struct Dot {
  static constexpr FormId kId = FormId::kDot;
  /// Channels of a group, and rows of a block: as many as there are registers for.
  static constexpr size_t kGroup = 4, kRows = 6;
  /// What is added to activations.
  int32_t offset = dot_class() == DotClass::kUnsigned ? 128 : 0;
  v128_t flip = keep(wasm_i8x16_splat(static_cast<int8_t>(offset)));

  v128_t flipped(v128_t x) const { return wasm_v128_xor(x, flip); }
  v128_t load(const int8_t* x) const { return flipped(wasm_v128_load(x)); }
  static v128_t weights(const int8_t* w) { return wasm_v128_load(w); }
  static v128_t add(v128_t sum, v128_t weights, v128_t x) {
    return wasm_i32x4_relaxed_dot_i8x16_i7x16_add(weights, x, sum);
  }
};

struct Bytes {
  static constexpr FormId kId = FormId::kBytes;
  static constexpr size_t kGroup = 4, kRows = 4;
  static constexpr int32_t offset = 128;
  v128_t ones = keep(wasm_i16x8_const_splat(1)), flip = keep(wasm_i8x16_const_splat(-128));

  v128_t flipped(v128_t x) const { return wasm_v128_xor(x, flip); }
  v128_t load(const int8_t* x) const { return flipped(wasm_v128_load(x)); }
  static v128_t weights(const int8_t* w) { return wasm_v128_load(w); }
  v128_t add(v128_t sum, v128_t weights, v128_t x) const {
    return wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(wasm_i16x8_relaxed_dot_i8x16_i7x16(weights, x), ones));
  }
};
constexpr bool kWidensWords = true;
#else
constexpr bool kWidensWords = false;
#endif

struct Words {
  static constexpr FormId kId = FormId::kWords;
  static constexpr size_t kGroup = 2, kRows = 4;
  static constexpr int32_t offset = 0;

  static v128_t flipped(v128_t x) { return x; }
  static v128_t load(const int8_t* x) { return wasm_i16x8_load8x8(x); }
  static v128_t weights(const int8_t* w) { return wasm_i16x8_load8x8(w); }
  static v128_t weights(const int16_t* w) { return wasm_v128_load(w); }
  static v128_t add(v128_t sum, v128_t weights, v128_t x) {
    return wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(weights, x));
  }
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

/// How many steps so many channels take.
template <class Form>
constexpr size_t steps_of(size_t channels) {
  return (channels + kDepth - 1) / kDepth * (kDepth / Form::kGroup);
}

/// Interleaves a block. Returns where the next channels go. May read up to 15 bytes after `channels`, and write up to
/// kInterleaveSlack bytes too many.
constexpr size_t kInterleaveSlack = 128;
template <class Form, size_t kBlock>
int8_t* interleave(const Form& form, const int8_t* const (&rows)[kBlock], size_t channels, int8_t* out) {
  static_assert(kBlock == 1 || kBlock == 4 || kBlock == 6);
  constexpr size_t kLoaded = 4 * Form::kGroup, kStep = kBlock * kRowBytes;
  int8_t* to = out;
  for (size_t k = 0; k < channels; k += kLoaded, to += 4 * kStep) {
    if constexpr (kBlock == 1) {
      wasm_v128_store(to, form.load(rows[0] + k));
      continue;
    }
    v128_t v[4];
    for (size_t i = 0; i < 4; ++i) v[i] = form.load(rows[i] + k);
    transpose(v);
    for (size_t i = 0; i < 4; ++i) wasm_v128_store(to + i * kStep, v[i]);
    if constexpr (kBlock == 6) {
      const v128_t a = form.load(rows[4] + k), b = form.load(rows[5] + k);
      const v128_t low = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), high = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7);
      wasm_v128_store64_lane(to + 4 * kRowBytes, low, 0);
      wasm_v128_store64_lane(to + 4 * kRowBytes + kStep, low, 1);
      wasm_v128_store64_lane(to + 4 * kRowBytes + 2 * kStep, high, 0);
      wasm_v128_store64_lane(to + 4 * kRowBytes + 3 * kStep, high, 1);
    }
  }
  return out + steps_of<Form>(channels) * kStep;
}

/// Sums of products for the `kUsed` rows of a block and 8 columns.
template <size_t kUsed>
struct Tile {
  v128_t sums[kUsed][2];

  template <class Form, class Weight>
  void multiply_steps(const Form& form, const int8_t* rows, size_t steps, const Weight* weights) {
    if constexpr (kUsed == 1 && Form::kId == FormId::kDot) {
      const size_t done = multiply_row(form, rows, steps, weights);
      steps -= done, rows += done * kRowBytes, weights += done * kStepWeights<Form>;
    }
    for (; steps > 0; --steps, rows += kUsed * kRowBytes, weights += kStepWeights<Form>) {
      const v128_t w0 = Form::weights(weights), w1 = Form::weights(weights + kStepWeights<Form> / 2);
      for (size_t i = 0; i < kUsed; ++i) {
        const v128_t x = wasm_v128_load32_splat(rows + kRowBytes * i);
        sums[i][0] = form.add(sums[i][0], w0, x);
        sums[i][1] = form.add(sums[i][1], w1, x);
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
        const int8_t* x = rows + step->rows[i] / (Form::kRows / kUsed);
        const v128_t values = kUsed == 1 ? wasm_v128_load32_splat(x) : wasm_v128_load(x);
        sum = form.add(sum, wasm_v128_load32_splat(step->weights + kDepth * i), values);
      }
    }
    for (size_t half = 0; half < 2; ++half) {
      transpose(columns[half]);
      for (size_t i = 0; i < kUsed; ++i) sums[i][half] = wasm_i32x4_add(sums[i][half], columns[half][i]);
    }
  }

  /// Multiplies rows by the weights of the tile, whichever way they are kept.
  template <class Form>
  void multiply(const Form& form, const int8_t* rows, size_t steps, const int8_t* weights, const TileHead& head) {
    if constexpr (kWidensWords && Form::kGroup == Words::kGroup) {
      multiply_steps(form, rows, steps, head.widened);
    } else {
      multiply_steps(form, rows, steps, weights);
    }
    if constexpr (Form::kId == FormId::kBytes) {
      if (head.extra_steps > 0) multiply_extra(form, rows, head);
    }
  }

 private:
  /// One row has few sums, and in Dot each instruction would wait for the one before: neighbouring steps add to sums of
  /// their own. Returns how many steps it took.
  template <class Form>
  size_t multiply_row(const Form& form, const int8_t* row, size_t steps, const int8_t* weights) {
    constexpr size_t kSteps = 4;
    v128_t more[kSteps][2] = {{sums[0][0], sums[0][1]}};
    size_t done = 0;
    for (; done + kSteps <= steps; done += kSteps, row += kSteps * kRowBytes) {
      for (size_t i = 0; i < kSteps; ++i, weights += kStepWeights<Form>) {
        const v128_t x = wasm_v128_load32_splat(row + kRowBytes * i);
        more[i][0] = form.add(more[i][0], Form::weights(weights), x);
        more[i][1] = form.add(more[i][1], Form::weights(weights + kStepWeights<Form> / 2), x);
      }
    }
    for (size_t half = 0; half < 2; ++half) {
      sums[0][half] =
          wasm_i32x4_add(wasm_i32x4_add(more[0][half], more[1][half]), wasm_i32x4_add(more[2][half], more[3][half]));
    }
    return done;
  }
};

}  // namespace webquant::int8_dot
