#include "frame/resample.h"

#include <algorithm>
#include <cmath>

namespace webquant {
namespace {

// The loops below are plain C++ in blocks of constant size, which the compiler turns into SIMD code that is as fast as
// intrinsics.
template <size_t channels>
void blend_color(const float* row, const ResampleAxis& axis, std::span<float> out) {
  for (size_t i = 0; i < axis.first.size(); ++i) {
    const float* pixel = row + axis.first[i] * channels;
    float sum[4] = {};  // four lanes also of three channels: a whole register, and the fourth is never looked at
    for (const float weight : axis.weights_of(i)) {
      for (size_t c = 0; c < 4; ++c) sum[c] += weight * pixel[c];
      pixel += channels;
    }
    std::copy_n(sum, 4, out.data() + 4 * i);
  }
}

void blend_gray(const float* row, const ResampleAxis& axis, std::span<float> out) {
  for (size_t i = 0; i < axis.first.size(); ++i) {
    const float* pixel = row + axis.first[i];
    float sum = 0;
    for (const float weight : axis.weights_of(i)) sum += weight * *pixel++;
    std::fill_n(out.data() + 4 * i, 4, sum);
  }
}

}  // namespace

ResampleAxis bilinear_axis(size_t in, size_t out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double radius = std::max(scale, 1.0);
  // An open interval of length 2 * radius holds no more pixel centres than this.
  const size_t taps = std::min(in, static_cast<size_t>(std::ceil(2 * radius)));
  ResampleAxis axis{.taps = taps, .first = std::vector<size_t>(out), .weights = std::vector<float>(out * taps)};
  std::vector<double> weights(taps);
  for (size_t i = 0; i < out; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * scale;
    const double low = std::max(std::floor(center - radius + 0.5), 0.0);
    // Near the end the same number of taps starts earlier; those outside the filter weigh 0.
    const size_t first = std::min(static_cast<size_t>(low), in - taps);
    double sum = 0;
    for (size_t k = 0; k < taps; ++k) {
      const double distance = std::abs(static_cast<double>(first + k) + 0.5 - center);
      weights[k] = std::max(1 - distance / radius, 0.0);
      sum += weights[k];
    }
    axis.first[i] = first;
    for (size_t k = 0; k < taps; ++k) axis.weights[i * taps + k] = static_cast<float>(weights[k] / sum);
  }
  return axis;
}

ResampleAxis nearest_axis(size_t in, size_t out) {
  ResampleAxis axis{.taps = 1, .first = std::vector<size_t>(out), .weights = std::vector<float>(out, 1.0f)};
  for (size_t i = 0; i < out; ++i)
    axis.first[i] = static_cast<size_t>((2 * uint64_t{i} + 1) * in / (2 * uint64_t{out}));
  return axis;
}

void blend_rows(const uint8_t* rows, size_t stride, std::span<const float> weights, std::span<float> out) {
  constexpr size_t block = 16;  // one register of bytes, four of sums
  size_t x = 0;
  for (; x + block <= out.size(); x += block) {
    float sums[block] = {};
    const uint8_t* row = rows + x;
    for (const float weight : weights) {
      for (size_t j = 0; j < block; ++j) sums[j] += weight * row[j];
      row += stride;
    }
    std::copy_n(sums, block, out.data() + x);
  }
  for (; x < out.size(); ++x) {
    float sum = 0;
    for (size_t k = 0; k < weights.size(); ++k) sum += weights[k] * rows[k * stride + x];
    out[x] = sum;
  }
}

void blend_pixels(const float* row, size_t channels, const ResampleAxis& axis, std::span<float> out) {
  if (channels == 1) {
    blend_gray(row, axis, out);
  } else if (channels == 3) {
    blend_color<3>(row, axis, out);
  } else {
    blend_color<4>(row, axis, out);
  }
}

}  // namespace webquant
