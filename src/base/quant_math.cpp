#include "base/quant_math.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace webquant {
namespace {

// std::round for a number that is already clamped to the int32 range and no NaN. Written out because neither
// WebAssembly nor SSE has such an instruction. The largest float below 0.5 instead of 0.5 keeps 0.49999997 from being
// rounded up.
int32_t round_half_away(float value) { return static_cast<int32_t>(value + std::copysign(0x1.fffffep-2f, value)); }

// The bounds are whole numbers, so clamping before rounding gives the same as after it, and the conversion never
// overflows. The comparisons are written so that NaN falls through to 0 and that each is one SIMD instruction.
int32_t round_clamped(float value, float low, float high) {
  value = value == value ? value : 0.0f;
  value = value < low ? low : value;
  value = high < value ? high : value;
  return round_half_away(value);
}

template <class Int>
void quantize_all(std::span<const float> values, QuantParams params, std::span<Int> out) {
  const float low = static_cast<float>(std::numeric_limits<Int>::min() - params.zero_point);
  const float high = static_cast<float>(std::numeric_limits<Int>::max() - params.zero_point);
  const size_t count = std::min(values.size(), out.size());
  for (size_t i = 0; i < count; ++i) {
    // Divided rather than multiplied by the inverse: TFLite divides, and the two differ at ties.
    out[i] = static_cast<Int>(round_clamped(values[i] / params.scale, low, high) + params.zero_point);
  }
}

template <class Int>
void dequantize_all(std::span<const Int> values, QuantParams params, std::span<float> out) {
  const size_t count = std::min(values.size(), out.size());
  for (size_t i = 0; i < count; ++i) out[i] = params.scale * static_cast<float>(values[i] - params.zero_point);
}

// Calls visit(channel, offset, inner) for each run of `inner` elements of one channel, in memory order.
template <class Visit>
void for_each_run(const ChannelView& view, Visit visit) {
  size_t offset = 0;
  for (size_t outer = 0; outer < view.outer; ++outer) {
    for (size_t channel = 0; channel < view.channels; ++channel, offset += view.inner) visit(channel, offset);
  }
}

}  // namespace

QuantParams activation_params(float min, float max, bool symmetric) {
  const double low = std::min(min, 0.0f),
               high = std::max(max, 0.0f);  // double: high - low may exceed the largest float
  const double range = symmetric ? std::max(-low, high) : high - low;
  const float scale = static_cast<float>(range / (symmetric ? 127 : 255));
  if (!std::isnormal(scale)) return {};
  if (symmetric) return {.scale = scale, .zero_point = 0};
  // -low / range rather than low / scale: exact for [-a, a], where the zero point is a tie.
  const double zero_point = std::round(-128 - 255 * low / range);
  return {.scale = scale, .zero_point = static_cast<int32_t>(std::clamp(zero_point, -128.0, 127.0))};
}

float weight_scale(float max_abs) { return max_abs / 127.0f; }

int32_t quantize_value(float value, QuantParams params, int32_t low, int32_t high) {
  // In double, where every int32 bound minus a zero point is exact; the quotient is a float, as in TFLite.
  const double quotient = std::round(value / params.scale);
  if (std::isnan(quotient)) return std::clamp(params.zero_point, low, high);
  return static_cast<int32_t>(std::clamp<double>(quotient + params.zero_point, low, high));
}

void quantize_values(std::span<const float> values, QuantParams params, std::span<int8_t> out) {
  quantize_all(values, params, out);
}
void quantize_values(std::span<const float> values, QuantParams params, std::span<uint8_t> out) {
  quantize_all(values, params, out);
}
void dequantize_values(std::span<const int8_t> values, QuantParams params, std::span<float> out) {
  dequantize_all(values, params, out);
}
void dequantize_values(std::span<const uint8_t> values, QuantParams params, std::span<float> out) {
  dequantize_all(values, params, out);
}

float narrowed(double value) {
  if (std::abs(value) > double{std::numeric_limits<float>::max()})
    return value > 0 ? std::numeric_limits<float>::infinity() : -std::numeric_limits<float>::infinity();
  return static_cast<float>(value);
}

uint16_t float_to_half(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = bits >> 16 & 0x8000;
  const uint32_t magnitude = bits & 0x7fffffff;
  const float absolute = std::bit_cast<float>(magnitude);
  uint32_t half;
  if (std::isnan(value)) {
    half = 0x7e00;
  } else if (absolute >= 65504.0f) {
    half = 0x7bff;
  } else if (absolute < 0x1p-14f) {
    // Subnormal: beside 0.5 the float's last bit is 2^-24, the half's smallest step, so the addition does the rounding.
    half = std::bit_cast<uint32_t>(absolute + 0.5f) - std::bit_cast<uint32_t>(0.5f);
  } else {
    const uint32_t odd = magnitude >> 13 & 1;  // ties go to the even neighbour; a carry moves on into the exponent
    half = (magnitude - ((127 - 15) << 23) + 0xfff + odd) >> 13;
  }
  return static_cast<uint16_t>(sign | half);
}

float half_to_float(uint16_t bits) {
  const uint32_t sign = uint32_t{bits} << 16 & 0x80000000;
  const uint32_t magnitude = bits & 0x7fff;
  uint32_t wide;
  if (magnitude >= 0x7c00) {
    wide = magnitude << 13 | 0x7f800000;  // infinity or NaN
  } else if (magnitude < 0x0400) {
    wide = std::bit_cast<uint32_t>(static_cast<float>(magnitude) * 0x1p-24f);
  } else {
    wide = (magnitude << 13) + ((127 - 15) << 23);
  }
  return std::bit_cast<float>(sign | wide);
}

ChannelView channel_view(std::span<const int32_t> shape, size_t axis) {
  ChannelView view{.outer = 1, .channels = 1, .inner = 1};
  for (size_t i = 0; i < shape.size(); ++i) {
    size_t& part = i < axis ? view.outer : i == axis ? view.channels : view.inner;
    part *= static_cast<size_t>(shape[i]);
  }
  return view;
}

std::vector<float> channel_max_abs(std::span<const float> weights, const ChannelView& view) {
  // Bits of non-negative floats are ordered as integers, whose maximum vectorizes. NaN, as the largest, is not lost.
  std::vector<uint32_t> largest(view.channels, 0);
  const auto magnitude = [](float value) { return std::bit_cast<uint32_t>(value) & 0x7fffffff; };
  if (view.inner == 1) {
    for (size_t row = 0; row < view.outer; ++row) {
      const float* values = weights.data() + row * view.channels;
      for (size_t channel = 0; channel < view.channels; ++channel) {
        largest[channel] = std::max(largest[channel], magnitude(values[channel]));
      }
    }
  } else {
    for_each_run(view, [&](size_t channel, size_t offset) {
      uint32_t run = 0;
      for (const float value : weights.subspan(offset, view.inner)) run = std::max(run, magnitude(value));
      largest[channel] = std::max(largest[channel], run);
    });
  }
  std::vector<float> out(view.channels);
  std::ranges::transform(largest, out.begin(), [](uint32_t bits) { return std::bit_cast<float>(bits); });
  return out;
}

std::vector<int8_t> quantize_channels(std::span<const float> weights, const ChannelView& view,
                                      std::span<const float> scales) {
  // Each weight is multiplied by one number and divided by another, of which one is 1: no branch in the loops.
  std::vector<float> factors(view.channels, 1), divisors(view.channels, 1);
  const std::vector<float> max_abs = channel_max_abs(weights, view);
  for (size_t channel = 0; channel < view.channels; ++channel) {
    const float factor = 127.0f / max_abs[channel];
    if (scales[channel] == 0) {
      factors[channel] = 0;
    } else if (scales[channel] == weight_scale(max_abs[channel]) && std::isfinite(factor)) {
      factors[channel] = factor;
    } else {
      divisors[channel] = scales[channel];
    }
  }
  std::vector<int8_t> out(weights.size());
  const auto quantize = [&](size_t i, float factor, float divisor) {
    out[i] = static_cast<int8_t>(round_clamped(weights[i] * factor / divisor, -127, 127));
  };
  if (view.inner == 1) {
    for (size_t row = 0; row < view.outer; ++row) {
      const size_t offset = row * view.channels;
      for (size_t channel = 0; channel < view.channels; ++channel) {
        quantize(offset + channel, factors[channel], divisors[channel]);
      }
    }
  } else {
    for_each_run(view, [&](size_t channel, size_t offset) {
      const float factor = factors[channel], divisor = divisors[channel];
      for (size_t i = offset; i < offset + view.inner; ++i) quantize(i, factor, divisor);
    });
  }
  return out;
}

std::vector<float> dequantize_channels(std::span<const int8_t> weights, const ChannelView& view,
                                       std::span<const float> scales) {
  std::vector<float> out(weights.size());
  for_each_run(view, [&](size_t channel, size_t offset) {
    const float scale = scales[scales.size() == 1 ? 0 : channel];
    for (size_t i = offset; i < offset + view.inner; ++i) out[i] = scale * static_cast<float>(weights[i]);
  });
  return out;
}

}  // namespace webquant
