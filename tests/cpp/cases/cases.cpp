#include "cases/cases.h"

#include "model/load.h"
#include "model/save.h"
#include "oracle/oracle.h"
#include "support/model_builder.h"

namespace webquant::test {

const std::vector<OpCase>& op_cases() {
  static const std::vector<OpCase> all = [] {
    std::vector<OpCase> rows;
    for (const auto& family : {conv_cases, pool_cases, elementwise_cases, reduce_cases, layout_cases, slice_cases,
                               index_cases, resize_cases, softmax_cases, convert_cases, uint8_cases}) {
      for (auto& row : family()) rows.push_back(std::move(row));
    }
    return rows;
  }();
  return all;
}

OpCase moves(OpCode code, std::string name, std::vector<Operand> operands, tflite::BuiltinOptionsUnion options,
             size_t moved, int outputs) {
  const DType type = operands[moved].type;
  const QuantParams quant = operands[moved].quant;
  return {.name = text(tflite::EnumNameBuiltinOperator(code), " ", name),
          .code = code,
          .operands = std::move(operands),
          .options = std::move(options),
          .tolerance = 0,
          .int8_steps = 0,
          .quantizable = type == DType::FLOAT32,
          .output_type = type,
          .output_quant = quant,
          .outputs = outputs};
}

OpCase gives_integers(OpCode code, std::string name, std::vector<Operand> operands, DType type,
                      tflite::BuiltinOptionsUnion options) {
  OpCase row = moves(code, std::move(name), std::move(operands), std::move(options));
  row.output_type = type;
  return row;
}

Operand ints(std::vector<int32_t> values, Shape shape) {
  return {.kind = Operand::Kind::kInts, .shape = std::move(shape), .ints = std::move(values)};
}

Operand ints(std::vector<int32_t> values) {
  const auto count = static_cast<int32_t>(values.size());
  return ints(std::move(values), {count});
}

std::unique_ptr<tflite::QuantizationParametersT> quantization(QuantParams params) {
  auto out = std::make_unique<tflite::QuantizationParametersT>();
  out->scale = {params.scale};
  out->zero_point = {params.zero_point};
  return out;
}

Model build(const OpCase& row, Random& random) {
  ModelBuilder b(row.name);
  std::vector<int> operands;
  for (const Operand& operand : row.operands) {
    const auto name = [&](const char* prefix) { return text(prefix, operands.size()); };
    switch (operand.kind) {
      case Operand::Kind::kInput:
        operands.push_back(b.input(name("x"), operand.shape, operand.type));
        if (operand.type == DType::INT8 || operand.type == DType::UINT8)
          b.tensor(operands.back()).quantization = quantization(operand.quant);
        break;
      case Operand::Kind::kConstant:
        operands.push_back(
            b.constant(name("c"), operand.shape, random.values(count_of(operand.shape), operand.low, operand.high)));
        break;
      case Operand::Kind::kInts:
        operands.push_back(b.constant(name("i"), operand.shape, operand.ints));
        break;
      case Operand::Kind::kAbsent:
        operands.push_back(-1);
        break;
    }
  }
  const int y = b.op(row.code, "y", operands, row.options, row.outputs, row.output_type);
  for (int i = y; i < y + row.outputs; ++i) {
    if (row.output_type == DType::INT8 || row.output_type == DType::UINT8)
      b.tensor(i).quantization = quantization(row.output_quant);
    b.output(i);
  }
  return load(b.save());
}

Inputs random_inputs(const OpCase& row, Random& random) {
  Inputs inputs;
  for (const Operand& operand : row.operands) {
    if (operand.kind != Operand::Kind::kInput) continue;
    const size_t count = count_of(operand.shape);
    if (operand.type == DType::FLOAT32) {
      inputs.push_back(random.values(count, operand.low, operand.high));
    } else if (operand.type == DType::INT32 || operand.type == DType::INT64 || operand.type == DType::BOOL) {
      auto& values = inputs.emplace_back();
      const auto low = static_cast<int>(operand.low), high = static_cast<int>(operand.high);
      for (size_t i = 0; i < count; ++i)
        values.push_back(static_cast<float>(low + static_cast<int>(random.below(high - low + 1))));
    } else {
      const int low = operand.type == DType::UINT8 ? 0 : -128;
      auto& values = inputs.emplace_back();
      for (size_t i = 0; i < count; ++i) {
        values.push_back(operand.quant.scale *
                         static_cast<float>(low + static_cast<int>(random.below(256)) - operand.quant.zero_point));
      }
    }
  }
  return inputs;
}

}  // namespace webquant::test
