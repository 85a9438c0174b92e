// Operators that change types: CAST, which takes quantized values as the integers that they are stored as, as
// TensorFlow Lite takes them, QUANTIZE and DEQUANTIZE.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "ops/portable/elements.h"
#include "ops/portable/portable.h"

namespace webquant {
namespace {

// Towards zero; what is out of range becomes the nearest that is in it, NaN becomes 0. Integers lose their high bits.
template <class To, class From>
To converted(From value) {
  if constexpr (std::is_same_v<To, Half>) {
    return {float_to_half(static_cast<float>(value))};
  } else if constexpr (std::is_same_v<To, Bool>) {
    return {static_cast<uint8_t>(value != 0)};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    constexpr To lowest = std::numeric_limits<To>::min(), highest = std::numeric_limits<To>::max();
    if (std::isnan(value)) return 0;
    if (value <= static_cast<From>(lowest)) return lowest;
    return value >= static_cast<From>(highest) ? highest : static_cast<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

// In two steps, so that there are not as many loops as pairs of types.
constexpr size_t kChunk = 256;

template <class Wide>
void cast_through(DType from, DType to, const std::byte* in, std::byte* out, size_t count) {
  std::array<Wide, kChunk> wide;
  for (size_t first = 0; first < count; first += kChunk) {
    const size_t n = std::min(kChunk, count - first);
    with_element(from, [&]<class T>(T) {
      for (size_t i = 0; i < n; ++i) wide[i] = static_cast<Wide>(number(load<T>(in, first + i)));
    });
    with_element(to, [&]<class T>(T) {
      for (size_t i = 0; i < n; ++i) {
        const T value = converted<T>(wide[i]);
        std::memcpy(out + (first + i) * sizeof(T), &value, sizeof(T));
      }
    });
  }
}

}  // namespace

PortableKernel portable_cast(const OpView& op) {
  const DType from = op.input(0).type, to = op.output(0).type;
  for (const DType type : {from, to}) {
    if (!with_element(type, [](auto) {}))
      op.unsupported(
          text("cannot cast its input \"", op.input(0).name, "\" from ", to_string(from), " to ", to_string(to)));
  }
  const bool real = from == DType::FLOAT32 || from == DType::FLOAT16;
  const size_t count = element_count(op.input_shape(0), op.label());
  return [=](const KernelOperands& operands) {
    const std::byte* in = operands.inputs[0].data();
    std::byte* out = operands.outputs[0].data();
    real ? cast_through<double>(from, to, in, out, count) : cast_through<int64_t>(from, to, in, out, count);
  };
}

// Quantized values are taken as integers, as TFLite takes them.
// XNNPACK's arrays have 6 dimensions at most.
PortableKernel portable_convert(const OpView& op) {
  constexpr size_t kMostDimensions = 6;
  if (op.input_shape(0).size() <= kMostDimensions || op.is_constant(0)) return {};
  return compute_on_reals(op, [](RealInputs in, RealOutputs out) { std::ranges::copy(in[0], out[0].begin()); });
}

}  // namespace webquant
