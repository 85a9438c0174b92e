#include "ops/portable/hard_swish.h"

#include <algorithm>
#include <cmath>

namespace webquant {
namespace {

constexpr int32_t kFine = 128;

// Half away from zero, saturated.
int16_t scaled_product(int16_t a, int16_t b) {
  const int32_t product = int32_t{a} * b;
  const int32_t rounded = (product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15);
  return static_cast<int16_t>(std::min(rounded, 32767));
}

int16_t saturate(int32_t value) { return static_cast<int16_t>(std::clamp(value, -32768, 32767)); }

// value / 2^shift, half away from zero.
int32_t shifted(int32_t value, int shift) {
  if (shift == 0) return value;
  const int32_t half = 1 << (shift - 1);
  return value >= 0 ? (value + half) >> shift : -((-value + half) >> shift);
}

int32_t saturate_doublings(int32_t value, int count) {
  for (int i = 0; i < count; ++i) value = saturate(value * 2);
  return value;
}

}  // namespace

FixedPoint16::FixedPoint16(double real) {
  const double fraction = std::frexp(real, &exponent);
  // By way of 32 bits, which may round up twice.
  const auto wide = static_cast<int64_t>(std::round(fraction * 0x1p31));
  multiplier = static_cast<int16_t>(std::min<int64_t>((wide + (1 << 15)) >> 16, 32767));
}

IntegerHardSwish::IntegerHardSwish(QuantParams in, QuantParams out)
    : in_(in),
      out_(out),
      gate_(double{in.scale} / kFine * (32768.0 / 3)),
      scale_(double{in.scale} / kFine / out.scale) {}

int32_t IntegerHardSwish::operator()(int32_t q) const {
  const int16_t fine = saturate((q - in_.zero_point) * kFine);
  // From [-3, 3] to [-1, 1] in 15 bits; the last doubling comes after the product.
  int32_t gate = fine;
  if (gate_.exponent > 0) gate = saturate_doublings(gate, gate_.exponent - 1);
  gate = scaled_product(static_cast<int16_t>(gate), gate_.multiplier);
  if (gate_.exponent > 0) gate = saturate(gate * 2);
  if (gate_.exponent < 0) gate = shifted(gate, -gate_.exponent);
  gate = (gate + 32768) >> 1;
  const int32_t product = gate * scaled_product(fine, scale_.multiplier) / (1 << 15);
  return shifted(product, -scale_.exponent) + out_.zero_point;
}

}  // namespace webquant
