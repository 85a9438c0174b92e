// Reductions of integers, and those that XNNPACK does not have.
#include <algorithm>
#include <functional>
#include <limits>

#include "ops/portable/portable.h"
#include "ops/portable/selection.h"

namespace webquant {
namespace {

// Where each element of the input goes: distance of neighbours along each of its axes in the output, 0 along reduced
// ones.
struct Reduction {
  Shape shape;
  std::vector<int32_t> steps;

  explicit Reduction(const OpView& op) : shape(op.input_shape(0)) {
    Shape kept = shape;
    std::vector<bool> reduced(shape.size());
    for (const int32_t axis : op.constant_ints(1)) {
      const size_t i = op.axis(axis, shape.size());
      reduced[i] = true;
      kept[i] = 1;
    }
    steps = strides_of(kept);
    for (size_t i = 0; i < shape.size(); ++i) {
      if (reduced[i]) steps[i] = 0;
    }
  }

  /// Calls visit(number of the output's element) for each element of the input, in order.
  void for_each(auto&& visit, size_t axis = 0, size_t at = 0) const {
    if (axis == shape.size()) return visit(at);
    for (int32_t i = 0; i < shape[axis]; ++i) for_each(visit, axis + 1, at + static_cast<size_t>(i) * steps[axis]);
  }

  template <class T>
  void run(std::span<const T> in, std::span<T> out, T initial, auto&& join) const {
    std::ranges::fill(out, initial);
    auto value = in.begin();
    for_each([&](size_t at) { out[at] = join(out[at], *value++); });
  }
};

void require_same_type(const OpView& op) {
  const DType in = op.input(0).type, out = op.output(0).type;
  if (in != out)
    op.invalid(text("its input \"", op.input(0).name, "\" is ", to_string(in), " and its output ", to_string(out)));
}

// `initial(T())` is what nothing reduces to.
template <class Initial, class Join>
PortableKernel on_integers(const OpView& op, Initial initial, Join join) {
  return for_integer_type(op.output(0).type, [&]<class T>(T) -> PortableKernel {
    return [reduction = Reduction(op), initial, join](const KernelOperands& operands) {
      reduction.run(elements<T>(operands.inputs[0]), elements<T>(operands.outputs[0]), initial(T()), join);
    };
  });
}

template <class Initial, class Join>
PortableKernel reduce(const OpView& op, Initial initial, Join join) {
  require_same_type(op);
  if (is_integer(op.output(0).type)) return on_integers(op, initial, join);
  return compute_on_reals(op, [reduction = Reduction(op), initial, join](RealInputs in, RealOutputs out) {
    reduction.run(in[0], out[0], initial(float()), join);
  });
}

}  // namespace

// XNNPACK adds what is no integer.
PortableKernel portable_sum(const OpView& op) {
  require_same_type(op);
  if (!is_integer(op.output(0).type)) return {};
  return on_integers(
      op, []<class T>(T) { return T(0); },
      []<class T>(T a, T b) {
        using Unsigned = std::make_unsigned_t<T>;  // overflow wraps around
        return static_cast<T>(static_cast<Unsigned>(a) + static_cast<Unsigned>(b));
      });
}

PortableKernel portable_reduce_max(const OpView& op) {
  return reduce(
      op, []<class T>(T) { return std::numeric_limits<T>::lowest(); },
      []<class T>(T a, T b) { return std::max(a, b); });
}

PortableKernel portable_reduce_min(const OpView& op) {
  return reduce(
      op, []<class T>(T) { return std::numeric_limits<T>::max(); }, []<class T>(T a, T b) { return std::min(a, b); });
}

}  // namespace webquant
