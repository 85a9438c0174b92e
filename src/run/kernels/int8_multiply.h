// The INT8 matrix product: blocks of interleaved rows times tiles of columns. What the sums start at and what becomes
// of them differs between static and dynamic INT8, and is an Output's business.
#pragma once

#include "run/kernels/int8_dot.h"
#include "run/kernels/int8_rows.h"

namespace webquant::int8_dot {

/// The most rows that XNNPACK passes at once: they meet a tile of columns while it is in the first-level cache.
constexpr size_t kMaxRows = 24;
/// Beyond this size of the interleaved rows, fewer are taken at once.
constexpr size_t kRowsBytes = 24 << 10;

/// How many rows are interleaved and multiplied at once: a multiple of `block`, or kMaxRows at the most.
constexpr uint64_t rows_at_once(uint64_t row_bytes, uint64_t block) {
  return std::clamp<uint64_t>(kRowsBytes / std::max<uint64_t>(row_bytes * block, 1), 1, kMaxRows / block) * block;
}

/// The scratch memory for windows of `taps` elements of `channels` each, in any form.
constexpr uint64_t scratch_bytes(uint64_t taps, uint64_t channels) {
  constexpr uint64_t kLargestBlock = 6;
  const uint64_t padded = (channels + kDepth - 1) / kDepth * kDepth;
  const uint64_t row_bytes = taps * padded / Words::kGroup * kRowBytes;  // in Words, the largest form
  return std::min(kMaxRows * row_bytes, std::max<uint64_t>(kLargestBlock * row_bytes, kRowsBytes)) + kInterleaveSlack;
}

/// Interleaves rows for the channels of each tap.
template <size_t kUsed, class Form, class Source>
[[gnu::noinline]] void interleave_rows(const Source& source, size_t first, size_t end, size_t channels, int8_t* out) {
  const Form form;
  for (size_t row = first; row < end; row += kUsed) {
    out = source.template interleave<kUsed>(form, row, channels, out);
  }
}

/// Multiplies them by all tiles of columns.
template <size_t kUsed, class Form, class Output>
[[gnu::noinline]] void multiply_rows(const int8_t* rows, size_t first, size_t end, size_t steps, const int8_t* packed,
                                     const Output& output) {
  const Form form;
  const size_t columns = output.columns;
  for (size_t column = 0; column < columns; column += kColumns) {
    const TileHead& head = head_of(packed);
    const int8_t* weights = packed + kColumns * sizeof(int32_t);
    const int8_t* tail = weights + steps * kStepWeights<Form>;
    const int8_t* block = rows;
    for (size_t row = first; row < end; row += kUsed, block += steps * kUsed * kRowBytes) {
      Tile<kUsed> tile;
      output.start(tile, head, row, form.offset);
      tile.multiply(form, block, steps, weights, head);
      output.finish(tile, tail, row, column);
    }
    packed = tail + Output::kTailBytes;
  }
}

template <size_t kUsed, class Form, class Source, class Output>
void multiply_in(const Source& source, size_t first, size_t end, size_t channels, const int8_t* packed, int8_t* scratch,
                 const Output& output) {
  const size_t steps = source.taps() * steps_of<Form>(channels);
  const auto at_once = static_cast<size_t>(rows_at_once(steps * kRowBytes, kUsed));
  for (; first < end; first += at_once) {
    const size_t last = std::min(end, first + at_once);
    interleave_rows<kUsed, Form>(source, first, last, channels, scratch);
    multiply_rows<kUsed, Form>(scratch, first, last, steps, packed, output);
  }
}

template <class Form, class Source, class Output>
void multiply_in(const Source& source, size_t channels, const int8_t* packed, const Output& output) {
  const Scratch::Lease scratch(*head_of(packed).scratch);
  // One or two rows that are left of blocks of six are faster one by one.
  constexpr size_t kOneByOne = Form::kRows == 6 ? 2 : 0;
  const size_t left = source.count % Form::kRows;
  const size_t in_blocks = left <= kOneByOne || source.count == 1 ? source.count - left : source.count;
  multiply_in<Form::kRows, Form>(source, 0, in_blocks, channels, packed, scratch.data(), output);
  multiply_in<1, Form>(source, in_blocks, source.count, channels, packed, scratch.data(), output);
}

template <class Source, class Output>
void multiply(const Source& source, size_t channels, const void* packed, const Output& output) {
  const auto* begin = static_cast<const int8_t*>(packed);
  switch (head_of(begin).form) {
#ifdef __wasm_relaxed_simd__
    case FormId::kDot:
      return multiply_in<Dot>(source, channels, begin, output);
    case FormId::kBytes:
      return multiply_in<Bytes>(source, channels, begin, output);
#endif
    default:
      return multiply_in<Words>(source, channels, begin, output);
  }
}

}  // namespace webquant::int8_dot
