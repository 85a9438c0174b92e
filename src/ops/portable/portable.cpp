#include "ops/portable/portable.h"

#include <memory>

#include "ops/table.h"

namespace webquant {
namespace {

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

PortableKernel compute_on_reals(const OpView& op, std::function<void(RealInputs, RealOutputs)> compute) {
  struct State {
    std::vector<RealOperand> inputs, outputs;
    std::vector<std::span<const float>> in;
    std::vector<std::span<float>> out;
  };
  // Shared, since a std::function must be copyable.
  const auto state = std::make_shared<State>();
  static const Tensor absent;
  const uint32_t skipped = find_op(op_code(op.model(), op.op()))->quant.skip_inputs;
  for (size_t i = 0; i < op.input_count(); ++i) {
    const bool is_data = op.has_input(i) && !(i < 32 && (skipped >> i & 1));
    if (is_data && op.input(i).type != DType::FLOAT32 && !is_quantized(op.input(i))) {
      op.unsupported(text("its input \"", op.input(i).name, "\" is ", to_string(op.input(i).type),
                          ", neither float32 nor quantized with one scale and zero point"));
    }
    state->inputs.emplace_back(op, op.has_input(i) ? op.input(i) : absent,
                               op.has_input(i) ? op.input_shape(i) : Shape{0});
  }
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
