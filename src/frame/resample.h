// Separable resampling of 8-bit rows: first down the columns, then along the row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace webquant {

/// One axis of a resampling: output i is the sum of `taps` neighbouring inputs from first[i] on, weighted by weights[i
/// * taps ...].
struct ResampleAxis {
  size_t taps;
  std::vector<size_t> first;
  std::vector<float> weights;

  std::span<const float> weights_of(size_t output) const { return {weights.data() + output * taps, taps}; }
};

/// Triangle filter over half-pixel centres, widened by in / out when that is above 1; at the edges the weights that are
/// left sum up to 1.
ResampleAxis bilinear_axis(size_t in, size_t out);

/// floor((i + 0.5) * in / out)
ResampleAxis nearest_axis(size_t in, size_t out);

/// out[x] = sum over k of weights[k] * rows[k * stride + x]
void blend_rows(const uint8_t* rows, size_t stride, std::span<const float> weights, std::span<float> out);

/// A row of pixels with 1, 3 or 4 channels to one with 4: gray is repeated, the fourth channel is of no use.
/// `row` has one readable element after its last pixel.
void blend_pixels(const float* row, size_t channels, const ResampleAxis& axis, std::span<float> out);

}  // namespace webquant
