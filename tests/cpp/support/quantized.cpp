#include "support/quantized.h"

#include <catch_amalgamated.hpp>
#include <cstring>

#include "model/load.h"
#include "model/save.h"

namespace webquant::test {

Stats stats_of(const Model& model, const std::map<std::string, TensorStats>& ranges) {
  Stats stats;
  stats.samples = 32;
  const auto names = tensor_names(model);
  for (size_t i = 0; i < names.size(); ++i) {
    const Tensor& tensor = *graph(model).tensors[i];
    if (tensor.type == DType::FLOAT32 && !is_constant(model, tensor)) stats.tensors[names[i]] = {.min = -1, .max = 1};
  }
  for (const auto& [name, range] : ranges) {
    REQUIRE(stats.tensors.contains(name));
    stats.tensors[name] = range;
  }
  return stats;
}

QuantResult quantize_checked(const Model& model, const QuantSpec& spec, const Stats* stats) {
  QuantResult result = quantize(model, spec, stats);
  const auto bytes = save(result.model);
  result.model = load(bytes);
  CHECK(save(result.model) == bytes);
  REQUIRE(result.ops.size() == graph(model).operators.size());
  for (size_t i = 0; i < result.ops.size(); ++i) {
    CHECK(result.ops[i].index == i);
    CHECK(result.ops[i].type == op_type(model, *graph(model).operators[i]));
    CHECK(result.ops[i].name == op_name(model, i));
  }
  return result;
}

size_t count_ops(const Model& model, OpCode code) {
  size_t count = 0;
  for (const auto& op : graph(model).operators) count += op_code(model, *op) == code;
  return count;
}

size_t only_op(const Model& model, OpCode code) {
  REQUIRE(count_ops(model, code) == 1);
  size_t i = 0;
  while (op_code(model, *graph(model).operators[i]) != code) ++i;
  return i;
}

const Tensor& input_of(const Model& model, size_t op, size_t i) {
  return *graph(model).tensors.at(static_cast<size_t>(graph(model).operators.at(op)->inputs.at(i)));
}

const Tensor& output_of(const Model& model, size_t op) {
  return *graph(model).tensors.at(static_cast<size_t>(graph(model).operators.at(op)->outputs.at(0)));
}

int version_of(const Model& model, size_t op) {
  return model.operator_codes.at(graph(model).operators.at(op)->opcode_index)->version;
}

QuantParams params_of(const Tensor& tensor) {
  INFO("tensor " << tensor.name);
  REQUIRE(tensor.quantization);
  REQUIRE(tensor.quantization->scale.size() == 1);
  REQUIRE(tensor.quantization->zero_point.size() == 1);
  return {tensor.quantization->scale[0], static_cast<int32_t>(tensor.quantization->zero_point[0])};
}

Constant::Constant(const Model& model, size_t op, size_t i)
    : tensor(input_of(model, op, i)),
      quant([&]() -> const auto& {
        INFO("tensor " << tensor.name);
        REQUIRE(tensor.quantization);
        return *tensor.quantization;
      }()),
      data(constant_data(model, tensor)) {}

int32_t Constant::int32(size_t element) const {
  int32_t value;
  std::memcpy(&value, data.data() + element * sizeof(value), sizeof(value));
  return value;
}

}  // namespace webquant::test
