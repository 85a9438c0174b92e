// Operators on single 8-bit values, as tables of all 256 results.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ops/portable/portable.h"
#include "ops/portable/portable_ops.h"

namespace webquant {
namespace {

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

// multiplier * 2^exponent, the multiplier a 16-bit fraction of [0.5, 1).
struct FixedPoint {
  int16_t multiplier;
  int exponent;

  explicit FixedPoint(double real) {
    const double fraction = std::frexp(real, &exponent);
    // By way of 32 bits, which may round up twice.
    const auto wide = static_cast<int64_t>(std::round(fraction * 0x1p31));
    multiplier = static_cast<int16_t>(std::min<int64_t>((wide + (1 << 15)) >> 16, 32767));
  }
};

// Computes with the rounding of TensorFlow Lite's integer kernel, which is off by one where fractions are near one
// half: networks with many of these in a row would drift away from what other runtimes give.
class IntegerHardSwish {
 public:
  IntegerHardSwish(QuantParams in, QuantParams out)
      : in_(in),
        out_(out),
        gate_(double{in.scale} / kFine * (32768.0 / 3)),
        scale_(double{in.scale} / kFine / out.scale) {}

  bool is_in_range() const { return scale_.exponent <= 0 && scale_.exponent > -31 && gate_.exponent > -31; }

  int32_t operator()(int32_t q) const {
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

 private:
  static constexpr int32_t kFine = 128;

  static int32_t saturate_doublings(int32_t value, int count) {
    for (int i = 0; i < count; ++i) value = saturate(value * 2);
    return value;
  }

  QuantParams in_, out_;
  FixedPoint gate_, scale_;
};

template <class T>
ReferenceKernel lookup(const std::function<int32_t(int32_t)>& function) {
  std::array<T, 256> table;
  constexpr int32_t low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
  for (int32_t q = low; q <= high; ++q)
    table[static_cast<uint8_t>(q)] = static_cast<T>(std::clamp(function(q), low, high));
  return [table](const KernelOperands& operands) {
    const auto* from = reinterpret_cast<const uint8_t*>(operands.inputs[0].data());
    auto* to = reinterpret_cast<T*>(operands.outputs[0].data());
    const size_t count = operands.outputs[0].size();
    for (size_t i = 0; i < count; ++i) to[i] = table[from[i]];
  };
}

template <class Function>
ReferenceKernel lookup(DType type, const Function& function) {
  return type == DType::INT8 ? lookup<int8_t>(function) : lookup<uint8_t>(function);
}

// Whether the operator goes from 8 bits to 8 bits of the same kind, by parameters that arithmetic on integers can take.
bool has_8_bit_ends(const OpView& op) {
  const auto is_usable = [](const Tensor& tensor) {
    if (!is_quantized(tensor)) return false;
    const int low = tensor.type == DType::INT8 ? -128 : 0;
    const QuantParams params = *per_tensor_params(tensor);
    return params.scale > 0 && params.zero_point >= low && params.zero_point <= low + 255;
  };
  return is_usable(op.input(0)) && is_usable(op.output(0)) && op.input(0).type == op.output(0).type;
}

// XNNPACK rescales with a factor of 8 bits, which is off by one for every fiftieth value or so; TensorFlow Lite's
// has 31.
ReferenceKernel rescaling_clamp(const OpView& op, tflite::ActivationFunctionType activation) {
  if (!has_8_bit_ends(op)) return {};
  const QuantParams in = *per_tensor_params(op.input(0)), out = *per_tensor_params(op.output(0));
  if (in == out) return {};
  const auto [min, max] = activation_range(activation);
  const auto steps = [&out](double real) { return std::clamp(std::round(real / out.scale), -1e9, 1e9); };
  return lookup(op.input(0).type, [=](int32_t q) {
    const double rescaled = steps(static_cast<double>(in.scale) * (q - in.zero_point));
    return static_cast<int32_t>(std::clamp(rescaled, steps(min), steps(max))) + out.zero_point;
  });
}

}  // namespace

ReferenceKernel reference_relu(const OpView& op) { return rescaling_clamp(op, tflite::ActivationFunctionType::RELU); }

ReferenceKernel reference_relu6(const OpView& op) { return rescaling_clamp(op, tflite::ActivationFunctionType::RELU6); }

ReferenceKernel reference_relu_n1_to_1(const OpView& op) {
  return rescaling_clamp(op, tflite::ActivationFunctionType::RELU_N1_TO_1);
}

ReferenceKernel reference_hard_swish(const OpView& op) {
  if (!has_8_bit_ends(op)) return {};
  const IntegerHardSwish function(*per_tensor_params(op.input(0)), *per_tensor_params(op.output(0)));
  if (!function.is_in_range()) return {};
  return lookup(op.input(0).type, function);
}

}  // namespace webquant
