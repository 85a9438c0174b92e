// Arithmetic on int32 and int64, as shape computations do it, and clamps and HARD_SWISH on 8-bit values with the
// rounding of TensorFlow Lite. Everything else XNNPACK computes.
#include <algorithm>
#include <cmath>
#include <concepts>
#include <functional>
#include <limits>
#include <type_traits>

#include "ops/activation.h"
#include "ops/portable/hard_swish.h"
#include "ops/portable/lookup.h"
#include "ops/portable/portable.h"
#include "ops/portable/selection.h"

namespace webquant {
namespace {

// Whether the output is of integers. The inputs must then be of the same type.
bool computes_integers(const OpView& op) {
  const DType type = op.output(0).type;
  for (size_t i = 0; i < op.input_count(); ++i) {
    if ((is_integer(type) || is_integer(op.input(i).type)) && op.input(i).type != type) {
      op.invalid(text("input ", i, " is ", to_string(op.input(i).type), " and its output ", to_string(type)));
    }
  }
  return is_integer(type);
}

// Which element of a broadcast operand meets each element of the output.
struct Steps {
  Shape shape;
  std::vector<int32_t> a, b;  // distance of neighbours along each axis of the output, 0 where an operand repeats

  Steps(const Shape& a_shape, const Shape& b_shape, Shape output)
      : shape(std::move(output)), a(steps(a_shape)), b(steps(b_shape)) {}

  void for_each(auto&& visit, size_t axis = 0, size_t at_a = 0, size_t at_b = 0) const {
    if (axis == shape.size()) return visit(at_a, at_b);
    for (int32_t i = 0; i < shape[axis]; ++i)
      for_each(visit, axis + 1, at_a + static_cast<size_t>(i) * a[axis], at_b + static_cast<size_t>(i) * b[axis]);
  }

 private:
  std::vector<int32_t> steps(const Shape& operand) const {
    std::vector<int32_t> strides = strides_of(operand);
    for (size_t i = 0; i < operand.size(); ++i) {
      if (operand[i] == 1) strides[i] = 0;
    }
    strides.insert(strides.begin(), shape.size() - operand.size(), 0);
    return strides;
  }
};

// What a fused activation leaves of an integer.
template <class T>
struct IntegerClamp {
  T low = std::numeric_limits<T>::lowest(), high = std::numeric_limits<T>::max();

  explicit IntegerClamp(const OpView& op) {
    const auto activation = fused_activation(op.op());
    if (!is_clamp(activation)) op.unsupported("has a fused activation that integers do not have");
    const auto [min, max] = activation_range(activation);
    if (std::isfinite(min)) low = static_cast<T>(min);
    if (std::isfinite(max)) high = static_cast<T>(max);
  }
  T operator()(T value) const { return std::clamp(value, low, high); }
};

// compute(a, b) for each pair of elements.
template <class F>
PortableKernel on_integer_pairs(const OpView& op, F compute) {
  if (!computes_integers(op)) return {};
  const Steps steps(op.input_shape(0), op.input_shape(1), op.output_shape(0));
  return for_integer_type(op.output(0).type, [&]<class T>(T) -> PortableKernel {
    return [steps, compute, clamp = IntegerClamp<T>(op)](const KernelOperands& operands) {
      const auto a = elements<T>(operands.inputs[0]), b = elements<T>(operands.inputs[1]);
      auto out = elements<T>(operands.outputs[0]).begin();
      steps.for_each([&](size_t i, size_t j) { *out++ = clamp(compute(a[i], b[j])); });
    };
  });
}

template <class F>
PortableKernel on_integers(const OpView& op, F compute) {
  if (!computes_integers(op)) return {};
  return for_integer_type(op.output(0).type, [&]<class T>(T) -> PortableKernel {
    return [compute](const KernelOperands& operands) {
      std::ranges::transform(elements<T>(operands.inputs[0]), elements<T>(operands.outputs[0]).begin(), compute);
    };
  });
}

// Overflow wraps around.
template <std::integral T, class F>
T wrapping(T a, T b, F f) {
  using Unsigned = std::make_unsigned_t<T>;
  return static_cast<T>(f(static_cast<Unsigned>(a), static_cast<Unsigned>(b)));
}

constexpr auto kAdd = []<class T>(T a, T b) { return wrapping(a, b, std::plus()); };
constexpr auto kSubtract = []<class T>(T a, T b) { return wrapping(a, b, std::minus()); };
constexpr auto kMultiply = []<class T>(T a, T b) { return wrapping(a, b, std::multiplies()); };
constexpr auto kMaximum = []<class T>(T a, T b) { return std::max(a, b); };
constexpr auto kMinimum = []<class T>(T a, T b) { return std::min(a, b); };
constexpr auto kNegate = []<class T>(T a) { return kSubtract(T(0), a); };

// XNNPACK rescales with a factor of 8 bits, which is off by one for every fiftieth value or so; TensorFlow Lite's
// has 31.
PortableKernel rescaling_clamp(const OpView& op, tflite::ActivationFunctionType activation) {
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

PortableKernel portable_add(const OpView& op) { return on_integer_pairs(op, kAdd); }
PortableKernel portable_sub(const OpView& op) { return on_integer_pairs(op, kSubtract); }
PortableKernel portable_mul(const OpView& op) { return on_integer_pairs(op, kMultiply); }
PortableKernel portable_maximum(const OpView& op) { return on_integer_pairs(op, kMaximum); }
PortableKernel portable_minimum(const OpView& op) { return on_integer_pairs(op, kMinimum); }

PortableKernel portable_squared_difference(const OpView& op) {
  return on_integer_pairs(op, []<class T>(T a, T b) {
    const T difference = kSubtract(a, b);
    return kMultiply(difference, difference);
  });
}

// Rounds towards 0.
PortableKernel portable_div(const OpView& op) {
  return on_integer_pairs(op, [label = op.label()]<class T>(T a, T b) {
    if (b == 0) fail(ErrorCode::kInvalidInput, label, text("divides ", a, " by 0"));
    return b == -1 ? kNegate(a) : static_cast<T>(a / b);
  });
}

PortableKernel portable_pow(const OpView& op) {
  return on_integer_pairs(op, [label = op.label()]<class T>(T base, T exponent) {
    if (exponent < 0) fail(ErrorCode::kInvalidInput, label, text("raises an integer to the power ", exponent));
    T power = 1;
    for (; exponent > 0; exponent /= 2, base = kMultiply(base, base)) {
      if (exponent % 2 == 1) power = kMultiply(power, base);
    }
    return power;
  });
}

PortableKernel portable_abs(const OpView& op) {
  return on_integers(op, []<class T>(T value) { return value < 0 ? kNegate(value) : value; });
}

PortableKernel portable_neg(const OpView& op) { return on_integers(op, kNegate); }
PortableKernel portable_relu(const OpView& op) { return rescaling_clamp(op, tflite::ActivationFunctionType::RELU); }
PortableKernel portable_relu6(const OpView& op) { return rescaling_clamp(op, tflite::ActivationFunctionType::RELU6); }

PortableKernel portable_relu_n1_to_1(const OpView& op) {
  return rescaling_clamp(op, tflite::ActivationFunctionType::RELU_N1_TO_1);
}

PortableKernel portable_hard_swish(const OpView& op) {
  if (!has_8_bit_ends(op)) return {};
  const IntegerHardSwish function(*per_tensor_params(op.input(0)), *per_tensor_params(op.output(0)));
  if (!function.is_in_range()) return {};
  return lookup(op.input(0).type, function);
}

}  // namespace webquant
