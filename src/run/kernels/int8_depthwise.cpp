#include "run/kernels/int8_depthwise.h"

#include <algorithm>

#include "run/kernels/int8_depthwise_layout.h"

namespace webquant {
namespace {

using namespace int8_depthwise;
#ifdef __wasm_relaxed_simd__
using int8_dot::Bytes, int8_dot::Dot;
#else
using int8_dot::Words;
#endif

/// Interleaves 16 channels of `kGroups` groups of rows, of which there are `kRows`.
#ifdef __wasm_relaxed_simd__
template <class Form, size_t kWindow, size_t kGroups, size_t kRows>
struct Column {
  static void interleave(const Form& form, const int8_t* const (&rows)[kRows], int8_t* out) {
    for (size_t group = 0; group < kGroups; ++group, out += kQuarters * kVector) {
      v128_t v[4];
      for (size_t i = 0; i < 4; ++i) {
        const size_t row = row_of(Form::kId, kWindow, 4 * group + i);
        v[i] = row < kRows ? form.load(rows[row]) : wasm_i8x16_const_splat(0);
      }
      const v128_t low01 = interleave_low(v[0], v[1]), high01 = interleave_high(v[0], v[1]);
      const v128_t low23 = interleave_low(v[2], v[3]), high23 = interleave_high(v[2], v[3]);
      wasm_v128_store(out, wasm_i16x8_shuffle(low01, low23, 0, 8, 1, 9, 2, 10, 3, 11));
      wasm_v128_store(out + kVector, wasm_i16x8_shuffle(low01, low23, 4, 12, 5, 13, 6, 14, 7, 15));
      wasm_v128_store(out + 2 * kVector, wasm_i16x8_shuffle(high01, high23, 0, 8, 1, 9, 2, 10, 3, 11));
      wasm_v128_store(out + 3 * kVector, wasm_i16x8_shuffle(high01, high23, 4, 12, 5, 13, 6, 14, 7, 15));
    }
  }

 private:
  static v128_t interleave_low(v128_t a, v128_t b) {
    return wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }
  static v128_t interleave_high(v128_t a, v128_t b) {
    return wasm_i8x16_shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
};
#else
template <class Form, size_t kWindow, size_t kGroups, size_t kRows>
struct Column {
  static void interleave(const Form&, const int8_t* const (&rows)[kRows], int8_t* out) {
    for (size_t group = 0; group < kGroups; ++group) {
      for (size_t half = 0; half < 2; ++half, out += 2 * kVector) {
        const v128_t a = Form::load(rows[2 * group] + 8 * half);
        const v128_t b = 2 * group + 1 < kRows ? Form::load(rows[2 * group + 1] + 8 * half) : wasm_i16x8_const_splat(0);
        wasm_v128_store(out, wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11));
        wasm_v128_store(out + kVector, wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15));
      }
    }
  }
};
#endif

/// A convolution with the rows of the input that the rows of the output at hand need.
template <class Form, size_t kWindow, size_t kCount>
class Run {
 public:
  Run(const DepthwiseConvolution& c, size_t image, size_t block)
      : c_(c), requantizer_(c), scratch_(c.memory->scratch()), last_row_(c.output_height - 1) {
    const size_t first = block * kCount;
    const int8_t* input = c.input + image * c.height * c.width * c.channels;
    for (size_t i = 0; i < kRows; ++i) {
      const size_t y = first * c.stride_y + i * c.dilation_y - c.padding_top;  // wraps above the first row
      inside_[i] = y < c.height;
      rows_[i] = inside_[i] ? input + y * c.width * c.channels : c.zero;
    }
    int8_t* output = c.output + image * c.output_height * c.output_width * c.channels;
    // A row behind the last is computed into the last, before it.
    for (size_t i = 0; i < kCount; ++i)
      output_[i] = output + std::min(first + i, last_row_) * c.output_width * c.channels;
  }

  void all_channels() {
    const int8_t* packed = c_.packed();
    for (size_t channel = 0; channel < c_.channels; channel += kDepthwiseChannels, packed += group_bytes(c_)) {
      interleave(channel);
      const auto& group = *reinterpret_cast<const PackedGroup*>(packed);
      if constexpr (Form::kId == FormId::kBytes) {
        if (group.is_divided) {
          multiply<2>(group, channel);
          continue;
        }
      }
      multiply<1>(group, channel);
    }
  }

 private:
  static constexpr size_t kRows = kWindow + kCount - 1;
  static constexpr size_t kGroups = groups_of(kWindow, kCount, Form::kGroup);
  static constexpr size_t kColumnBytes = kGroups * kQuarters * kVector;

  void interleave(size_t channel) {
    const Form form;
    int8_t* out = scratch_.data();
    const int8_t* rows[kRows];
    const int8_t* zeros[kRows];
    size_t steps[kRows];
    for (size_t i = 0; i < kRows; ++i) {
      rows[i] = rows_[i] + channel;
      zeros[i] = c_.zero + channel;
      steps[i] = inside_[i] ? c_.channels : 0;
    }
    const size_t columns = columns_of(c_), left = std::min(columns, c_.padding_left);
    const size_t inside = std::min(columns - left, c_.width);
    for (size_t x = 0; x < left; ++x, out += kColumnBytes)
      Column<Form, kWindow, kGroups, kRows>::interleave(form, zeros, out);
    for (size_t x = 0; x < inside; ++x, out += kColumnBytes) {
      Column<Form, kWindow, kGroups, kRows>::interleave(form, rows, out);
      for (size_t i = 0; i < kRows; ++i) rows[i] += steps[i];
    }
    for (size_t x = left + inside; x < columns; ++x, out += kColumnBytes)
      Column<Form, kWindow, kGroups, kRows>::interleave(form, zeros, out);
  }

  template <size_t kParts>
  void multiply(const PackedGroup& group, size_t channel) {
    static_assert(kParts == 1 || kCount == 1);
    const size_t left = c_.channels - channel;
    const int8_t* weights = group.vectors;
    const int8_t* columns = scratch_.data();
    const size_t column_step = c_.dilation_x * kColumnBytes, pixel_step = c_.stride_x * kColumnBytes;
    for (size_t x = 0; x < c_.output_width; ++x, columns += pixel_step) {
      v128_t sums[kCount][kQuarters];
      for (size_t quarter = 0; quarter < kQuarters; ++quarter) {
        const v128_t start = wasm_v128_load(group.start + 4 * quarter);
        for (size_t i = 0; i < kCount; ++i) sums[i][quarter] = start;
        for (size_t column = 0; column < kWindow; ++column) {
          for (size_t rows = 0; rows < kGroups; ++rows) {
            const v128_t values =
                wasm_v128_load(columns + column * column_step + (rows * kQuarters + quarter) * kVector);
            for (size_t i = 0; i < kCount * kParts; ++i) {
              const size_t vector = ((i * kWindow + column) * kGroups + rows) * kQuarters + quarter;
              v128_t& sum = sums[kParts == 1 ? i : 0][quarter];
              sum = form_.add(sum, wasm_v128_load(weights + vector * kVector), values);
            }
          }
        }
      }
      for (size_t i = kCount; i-- > 0;) {
        const v128_t words0 = requantizer_.words(sums[i][0], sums[i][1], group.scales);
        const v128_t words1 = requantizer_.words(sums[i][2], sums[i][3], group.scales + 8);
        const v128_t values = requantizer_.bytes(words0, words1);
        int8_t* to = output_[i] + x * c_.channels + channel;
        left >= kDepthwiseChannels ? wasm_v128_store(to, values) : store_first(to, values, left);
      }
    }
  }

  const DepthwiseConvolution& c_;
  const Form form_;
  const Requantizer requantizer_;
  const Scratch::Lease scratch_;
  size_t last_row_;
  bool inside_[kRows];
  const int8_t* rows_[kRows];
  int8_t* output_[kCount];
};

template <class Form, size_t kWindow>
void run_in(const DepthwiseConvolution& c, size_t image, size_t block) {
  if constexpr (has_two_rows(Form::kId, kWindow)) {
    if (c.rows_at_once() == 2) return Run<Form, kWindow, 2>(c, image, block).all_channels();
  }
  Run<Form, kWindow, 1>(c, image, block).all_channels();
}

template <class Form>
void run_in(const DepthwiseConvolution& c, size_t image, size_t block) {
  c.window == 3 ? run_in<Form, 3>(c, image, block) : run_in<Form, 5>(c, image, block);
}

}  // namespace

void run_depthwise(const DepthwiseConvolution* c, size_t image, size_t block) {
#ifdef __wasm_relaxed_simd__
  c->form == FormId::kDot ? run_in<Dot>(*c, image, block) : run_in<Bytes>(*c, image, block);
#else
  run_in<Words>(*c, image, block);
#endif
}

}  // namespace webquant
