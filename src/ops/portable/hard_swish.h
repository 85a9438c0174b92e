// HARD_SWISH on quantized values, with the rounding of TensorFlow Lite's integer kernel, which is off by one where
// fractions are near one half: networks with many of these in a row would drift away from what other runtimes give.
#pragma once

#include <cstdint>

#include "base/quant_math.h"

namespace webquant {

/// multiplier * 2^exponent, the multiplier a 16-bit fraction of [0.5, 1).
struct FixedPoint16 {
  explicit FixedPoint16(double real);

  int16_t multiplier;
  int exponent;
};

class IntegerHardSwish {
 public:
  IntegerHardSwish(QuantParams in, QuantParams out);

  /// Whether the scales are such that the integer arithmetic holds.
  bool is_in_range() const { return scale_.exponent <= 0 && scale_.exponent > -31 && gate_.exponent > -31; }

  /// The stored result for the stored value `q`, before saturation.
  int32_t operator()(int32_t q) const;

 private:
  QuantParams in_, out_;
  FixedPoint16 gate_, scale_;
};

}  // namespace webquant
