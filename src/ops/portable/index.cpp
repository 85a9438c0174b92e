// Operators that look up elements or tell where they are. Places may be known only when the model runs; quantized
// values are compared as the integers that they are stored as, as TensorFlow Lite compares them.
#include <cstring>

#include "ops/portable/elements.h"
#include "ops/portable/portable.h"

namespace webquant {
namespace {

struct Gather {
  // The input is batches x outer x size x block, the output batches x outer x indices x block.
  size_t batches, outer, size, indices, block_bytes;
  std::string label;

  template <class Index>
  void run(const KernelOperands& operands) const {
    const std::byte* from = operands.inputs[0].data();
    std::byte* to = operands.outputs[0].data();
    for (size_t batch = 0; batch < batches; ++batch) {
      const std::byte* places = operands.inputs[1].data() + batch * indices * sizeof(Index);
      for (size_t i = 0; i < outer; ++i, from += size * block_bytes) {
        for (size_t k = 0; k < indices; ++k, to += block_bytes) {
          Index index;
          std::memcpy(&index, places + k * sizeof(Index), sizeof(Index));
          if (index < 0 || index >= static_cast<Index>(size))
            fail(ErrorCode::kInvalidInput, label, text("cannot take element ", index, " of a dimension of ", size));
          std::memcpy(to, from + static_cast<size_t>(index) * block_bytes, block_bytes);
        }
      }
    }
  }
};

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

PortableKernel arg(const OpView& op, bool largest) {
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
  PortableKernel kernel;
  with_element(from, [&]<class T>(T) { kernel = [arg](const KernelOperands& operands) { arg.run<T>(operands); }; });
  if (!kernel)
    op.unsupported(
        text("cannot compare the values of its input \"", op.input(0).name, "\", which is ", to_string(from)));
  return kernel;
}

}  // namespace

PortableKernel portable_gather(const OpView& op) {
  const auto& o = op.options<tflite::GatherOptionsT>();
  const Shape &x = op.input_shape(0), &indices = op.input_shape(1);
  const Tensor &from = op.input(0), &to = op.output(0);
  if (from.type != to.type)
    op.invalid(
        text("makes ", to_string(to.type), " of its input \"", from.name, "\", which is ", to_string(from.type)));
  if (is_quantized(from) && per_tensor_params(from) != per_tensor_params(to))
    op.unsupported(text("its input \"", from.name, "\" and its output \"", to.name, "\" have different scales"));
  const size_t element_bytes = element_size(from.type);
  if (element_bytes == 0) op.unsupported(text("cannot move elements of type ", to_string(from.type)));
  if (element_count(op.output_shape(0), op.label()) == 0) return [](const KernelOperands&) {};

  const auto axis = static_cast<std::ptrdiff_t>(op.axis(o.axis, x.size()));
  const std::ptrdiff_t batch_dims = o.batch_dims < 0 ? o.batch_dims + std::ssize(indices) : o.batch_dims;
  const auto count = [&](Shape::const_iterator begin, Shape::const_iterator end) {
    return element_count(Shape(begin, end), op.label());
  };
  const Gather gather{.batches = count(x.begin(), x.begin() + batch_dims),
                      .outer = count(x.begin() + batch_dims, x.begin() + axis),
                      .size = static_cast<size_t>(x[static_cast<size_t>(axis)]),
                      .indices = count(indices.begin() + batch_dims, indices.end()),
                      .block_bytes = count(x.begin() + axis + 1, x.end()) * element_bytes,
                      .label = op.label()};
  if (op.input(1).type == DType::INT64) return [gather](const KernelOperands& o) { gather.run<int64_t>(o); };
  return [gather](const KernelOperands& o) { gather.run<int32_t>(o); };
}

PortableKernel portable_arg_max(const OpView& op) { return arg(op, true); }
PortableKernel portable_arg_min(const OpView& op) { return arg(op, false); }

}  // namespace webquant
