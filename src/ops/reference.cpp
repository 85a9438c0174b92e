#include "ops/reference.h"

#include <algorithm>
#include <cstring>
#include <memory>

namespace webquant {
namespace {

// A selection with its last axes joined to blocks of neighbours, which are copied at once.
struct Blocks {
  std::vector<std::vector<int32_t>> offsets;
  size_t length = 1;

  explicit Blocks(Selection selection) : offsets(std::move(selection.offsets)) {
    while (!offsets.empty() && are_neighbours(offsets.back())) {
      length *= offsets.back().size();
      offsets.pop_back();
    }
  }

  bool are_neighbours(const std::vector<int32_t>& axis) const {
    for (size_t i = 0; i < axis.size(); ++i) {
      if (axis[i] != static_cast<int32_t>(i * length)) return false;
    }
    return !axis.empty();
  }

  /// Calls visit(number of the block's first element in the input) for every block in the output's order.
  void for_each(auto&& visit) const {
    const bool is_empty = std::ranges::any_of(offsets, [](const auto& axis) { return axis.empty(); });
    if (!is_empty) walk(0, 0, visit);
  }

 private:
  void walk(size_t axis, int32_t from, auto&& visit) const {
    if (axis == offsets.size()) return visit(static_cast<size_t>(from));
    for (const int32_t offset : offsets[axis]) walk(axis + 1, from + offset, visit);
  }
};

void copy_blocks(const Blocks& blocks, size_t element_bytes, const std::byte* from, std::byte* to) {
  const size_t block_bytes = blocks.length * element_bytes;
  blocks.for_each([&](size_t first) {
    std::memcpy(to, from + first * element_bytes, block_bytes);
    to += block_bytes;
  });
}

// What becomes of one operand on its way to or from real values.
struct RealOperand {
  DType type;
  QuantParams quant;
  std::vector<float> values;  // of a quantized operand; kept, so that a run allocates nothing

  RealOperand(const OpView& op, const Tensor& tensor, const Shape& shape)
      : type(tensor.type), quant(per_tensor_params(tensor).value_or(QuantParams{})) {
    if (type == DType::INT8 || type == DType::UINT8) {
      if (!is_quantized(tensor))
        op.unsupported(text("\"", tensor.name, "\" is ", to_string(type), " without one scale and zero point"));
      values.resize(element_count(shape, op.label()));
    }
  }

  std::span<const float> read(std::span<const std::byte> bytes) {
    if (type == DType::INT8) {
      dequantize_values(elements<int8_t>(bytes), quant, values);
    } else if (type == DType::UINT8) {
      dequantize_values(elements<uint8_t>(bytes), quant, values);
    } else if (type == DType::FLOAT32) {
      return elements<float>(bytes);
    }
    return values;
  }
  std::span<float> target(std::span<std::byte> bytes) {
    return type == DType::FLOAT32 ? elements<float>(bytes) : std::span<float>(values);
  }
  void write(std::span<std::byte> bytes) const {
    if (type == DType::INT8) quantize_values(values, quant, elements<int8_t>(bytes));
    if (type == DType::UINT8) quantize_values(values, quant, elements<uint8_t>(bytes));
  }
};

}  // namespace

bool is_quantized(const Tensor& tensor) {
  return (tensor.type == DType::INT8 || tensor.type == DType::UINT8) && per_tensor_params(tensor).has_value();
}

std::vector<int32_t> strides_of(const Shape& shape) {
  std::vector<int32_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

ReferenceKernel select_elements(const OpView& op, size_t slot, std::vector<Selection> outputs) {
  std::vector<Blocks> blocks;
  for (Selection& selection : outputs) blocks.emplace_back(std::move(selection));
  const Tensor& from = op.input(slot);
  bool same_quantization = true;
  for (size_t i = 0; i < op.output_count(); ++i) {
    const Tensor& to = op.output(i);
    if (from.type != to.type) {
      op.invalid(text("its input \"", from.name, "\" is ", to_string(from.type), " and its output \"", to.name, "\" ",
                      to_string(to.type)));
    }
    same_quantization &= !is_quantized(from) || per_tensor_params(from) == per_tensor_params(to);
  }
  if (!same_quantization) {
    return compute_on_reals(op, [slot, blocks = std::move(blocks)](RealInputs in, RealOutputs out) {
      for (size_t i = 0; i < out.size(); ++i) {
        copy_blocks(blocks[i], sizeof(float), reinterpret_cast<const std::byte*>(in[slot].data()),
                    reinterpret_cast<std::byte*>(out[i].data()));
      }
    });
  }
  const size_t element_bytes = element_size(from.type);
  if (element_bytes == 0) op.unsupported(text("cannot move elements of type ", to_string(from.type)));
  return [slot, element_bytes, blocks = std::move(blocks)](const KernelOperands& operands) {
    for (size_t i = 0; i < operands.outputs.size(); ++i)
      copy_blocks(blocks[i], element_bytes, operands.inputs[slot].data(), operands.outputs[i].data());
  };
}

ReferenceKernel compute_on_reals(const OpView& op, std::function<void(RealInputs, RealOutputs)> compute) {
  struct State {
    std::vector<RealOperand> inputs, outputs;
    std::vector<std::span<const float>> in;
    std::vector<std::span<float>> out;
  };
  // Shared, since a std::function must be copyable.
  const auto state = std::make_shared<State>();
  static const Tensor absent;
  for (size_t i = 0; i < op.input_count(); ++i)
    state->inputs.emplace_back(op, op.has_input(i) ? op.input(i) : absent,
                               op.has_input(i) ? op.input_shape(i) : Shape{0});
  for (size_t i = 0; i < op.output_count(); ++i) {
    const Tensor& tensor = op.output(i);
    if (tensor.type != DType::FLOAT32 && !is_quantized(tensor))
      op.unsupported(text("cannot give ", to_string(tensor.type), " values"));
    state->outputs.emplace_back(op, tensor, op.output_shape(i));
  }
  state->in.resize(op.input_count());
  state->out.resize(op.output_count());
  return [state, compute = std::move(compute)](const KernelOperands& operands) {
    for (size_t i = 0; i < state->in.size(); ++i) state->in[i] = state->inputs[i].read(operands.inputs[i]);
    for (size_t i = 0; i < state->out.size(); ++i) state->out[i] = state->outputs[i].target(operands.outputs[i]);
    compute(state->in, state->out);
    for (size_t i = 0; i < state->out.size(); ++i) state->outputs[i].write(operands.outputs[i]);
  };
}

}  // namespace webquant
