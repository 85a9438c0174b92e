// Operators that change types: CAST, ARG_MAX and ARG_MIN, which take the stored numbers whatever their scale, QUANTIZE
// and DEQUANTIZE.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "ops/portable/portable.h"
#include "ops/portable/portable_ops.h"

namespace webquant {
namespace {

struct Half {
  uint16_t bits;
};
struct Bool {
  uint8_t byte;
};

// Calls visit(a value of the type that holds such elements), or gives false for types that are not numbers here.
bool with_element(DType type, auto&& visit) {
  switch (type) {
    case DType::FLOAT32:
      return visit(float{}), true;
    case DType::FLOAT16:
      return visit(Half{}), true;
    case DType::INT8:
      return visit(int8_t{}), true;
    case DType::UINT8:
      return visit(uint8_t{}), true;
    case DType::INT16:
      return visit(int16_t{}), true;
    case DType::INT32:
      return visit(int32_t{}), true;
    case DType::UINT32:
      return visit(uint32_t{}), true;
    case DType::INT64:
      return visit(int64_t{}), true;
    case DType::BOOL:
      return visit(Bool{}), true;
    default:
      return false;
  }
}

template <class T>
T load(const std::byte* bytes, size_t i) {
  T value;
  std::memcpy(&value, bytes + i * sizeof(T), sizeof(T));
  return value;
}

template <class T>
auto number(T value) {
  if constexpr (std::is_same_v<T, Half>) {
    return half_to_float(value.bits);
  } else if constexpr (std::is_same_v<T, Bool>) {
    return static_cast<uint8_t>(value.byte != 0);
  } else {
    return value;
  }
}

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

// Where the first largest (or smallest) value lies, along the middle one of three axes.
struct Arg {
  size_t outer, size, inner;
  bool largest, long_indices;

  template <class T>
  void run(const KernelOperands& operands) const {
    const std::byte* x = operands.inputs[0].data();
    std::byte* y = operands.outputs[0].data();
    for (size_t i = 0; i < outer * inner; ++i) {
      const size_t first = i / inner * size * inner + i % inner;
      size_t best = 0;
      auto best_value = number(load<T>(x, first));
      for (size_t k = 1; k < size; ++k) {
        const auto value = number(load<T>(x, first + k * inner));
        if (largest ? value > best_value : value < best_value) best = k, best_value = value;
      }
      if (long_indices) {
        const auto index = static_cast<int64_t>(best);
        std::memcpy(y + i * sizeof(index), &index, sizeof(index));
      } else {
        const auto index = static_cast<int32_t>(best);
        std::memcpy(y + i * sizeof(index), &index, sizeof(index));
      }
    }
  }
};

ReferenceKernel arg(const OpView& op, bool largest) {
  const DType from = op.input(0).type, to = op.output(0).type;
  if (to != DType::INT32 && to != DType::INT64) op.invalid(text("gives int32 or int64, not ", to_string(to)));
  const Shape& x = op.input_shape(0);
  const auto axis = static_cast<std::ptrdiff_t>(op.axis(op.constant_ints(1).at(0), x.size()));
  const auto count = [&](auto begin, auto end) { return element_count(Shape(begin, end), op.label()); };
  const Arg arg{.outer = count(x.begin(), x.begin() + axis),
                .size = static_cast<size_t>(x[static_cast<size_t>(axis)]),
                .inner = count(x.begin() + axis + 1, x.end()),
                .largest = largest,
                .long_indices = to == DType::INT64};
  ReferenceKernel kernel;
  with_element(from, [&]<class T>(T) { kernel = [arg](const KernelOperands& operands) { arg.run<T>(operands); }; });
  if (!kernel) op.unsupported(text("cannot compare ", to_string(from), " values"));
  return kernel;
}

}  // namespace

ReferenceKernel reference_arg_max(const OpView& op) { return arg(op, true); }
ReferenceKernel reference_arg_min(const OpView& op) { return arg(op, false); }

// Quantized values are taken as integers, as TFLite takes them.
// XNNPACK's arrays have 6 dimensions at most.
ReferenceKernel reference_convert(const OpView& op) {
  constexpr size_t kMostDimensions = 6;
  if (op.input_shape(0).size() <= kMostDimensions || op.is_constant(0)) return {};
  return compute_on_reals(op, [](RealInputs in, RealOutputs out) { std::ranges::copy(in[0], out[0].begin()); });
}

ReferenceKernel reference_cast(const OpView& op) {
  const DType from = op.input(0).type, to = op.output(0).type;
  for (const DType type : {from, to}) {
    if (!with_element(type, [](auto) {})) op.unsupported(text("casts ", to_string(from), " to ", to_string(to)));
  }
  const bool real = from == DType::FLOAT32 || from == DType::FLOAT16;
  const size_t count = element_count(op.input_shape(0), op.label());
  return [=](const KernelOperands& operands) {
    const std::byte* in = operands.inputs[0].data();
    std::byte* out = operands.outputs[0].data();
    real ? cast_through<double>(from, to, in, out, count) : cast_through<int64_t>(from, to, in, out, count);
  };
}

}  // namespace webquant
