// Rows of the operators that have no window, and what turns a row into a model.
#include "cases/cases.h"

#include "oracle/oracle.h"
#include "support/model_builder.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;
using Activation = tflite::ActivationFunctionType;

OpCase add(std::string name, Operand a, Operand b, Activation activation = Activation::NONE) {
  tflite::AddOptionsT options;
  options.fused_activation_function = activation;
  return {.name = "ADD " + name,
          .code = ADD,
          .operands = {a, b},
          .options = options_of(options),
          .int8_stays_float = activation == Activation::TANH};
}

OpCase mul(std::string name, Operand a, Operand b, Activation activation = Activation::NONE) {
  tflite::MulOptionsT options;
  options.fused_activation_function = activation;
  return {.name = "MUL " + name,
          .code = MUL,
          .operands = {a, b},
          .options = options_of(options),
          .int8_stays_float = activation == Activation::TANH};
}

OpCase mean(std::string name, Shape x, std::vector<int32_t> axes, bool keep_dims) {
  tflite::ReducerOptionsT options;
  options.keep_dims = keep_dims;
  return {.name = "MEAN " + name + (keep_dims ? ", keep_dims" : ""),
          .code = MEAN,
          .operands = {input(x), ints(axes)},
          .options = options_of(options)};
}

OpCase reshape(std::string name, Shape x, std::vector<int32_t> by_option, std::vector<int32_t> by_tensor = {}) {
  tflite::ReshapeOptionsT options;
  options.new_shape = by_option;
  std::vector<Operand> operands = {input(x)};
  if (!by_tensor.empty()) operands.push_back(ints(by_tensor));
  return {.name = "RESHAPE " + name,
          .code = RESHAPE,
          .operands = operands,
          .options = options_of(options),
          .int8_steps = 0};
}

OpCase squeeze(std::string name, Shape x, std::vector<int32_t> dims) {
  tflite::SqueezeOptionsT options;
  options.squeeze_dims = dims;
  return {.name = "SQUEEZE " + name,
          .code = SQUEEZE,
          .operands = {input(x)},
          .options = options_of(options),
          .int8_steps = 0};
}

OpCase softmax(std::string name, Shape x, float beta) {
  tflite::SoftmaxOptionsT options;
  options.beta = beta;
  return {.name = "SOFTMAX " + name, .code = SOFTMAX, .operands = {input(x, -5, 5)}, .options = options_of(options)};
}

OpCase unary(std::string name, OpCode code, Shape x) {
  return {.name = std::string(tflite::EnumNameBuiltinOperator(code)) + " " + name,
          .code = code,
          .operands = {input(x, -8, 8)}};
}

OpCase pad(std::string name, Shape x, std::vector<int32_t> paddings) {
  const auto rank = static_cast<int32_t>(x.size());
  return {.name = "PAD " + name,
          .code = PAD,
          .operands = {input(x), ints(paddings, {rank, 2})},
          .options = options_of(tflite::PadOptionsT()),
          .int8_steps = 0};
}

OpCase concatenation(std::string name, std::vector<Operand> operands, int axis,
                     Activation activation = Activation::NONE) {
  tflite::ConcatenationOptionsT options;
  options.axis = axis;
  options.fused_activation_function = activation;
  return {.name = "CONCATENATION " + name,
          .code = CONCATENATION,
          .operands = operands,
          .options = options_of(options),
          .int8_steps = 0};
}

}  // namespace

std::vector<OpCase> other_cases() {
  const Shape map = {2, 5, 7, 6};
  const Operand x = input(map);
  return {
      add("same shape", x, x),
      add("two dimensions", input({3, 17}), input({3, 17}, -4, 2)),
      add("broadcast channels", x, input({6})),
      add("broadcast one pixel", x, input({2, 1, 1, 6})),
      add("broadcast both ways", input({1, 5, 1, 6}), input({2, 1, 7, 1})),
      add("first operand smaller", input({7, 6}), x),
      add("constant", x, constant(map)),
      add("constant channels", x, constant({6})),
      add("constant channels first", constant({6}), x),
      add("constant scalar", x, constant({})),
      add("RELU", x, x, Activation::RELU),
      add("RELU6", input(map, -6, 6), input(map, -6, 6), Activation::RELU6),
      add("RELU_N1_TO_1", x, x, Activation::RELU_N1_TO_1),
      add("TANH", x, x, Activation::TANH),
      mul("same shape", x, x),
      mul("broadcast channels", x, input({1, 1, 1, 6}, 0, 3)),
      mul("broadcast gate", x, input({2, 1, 1, 6}, 0, 1)),
      mul("constant", x, constant(map)),
      mul("constant channels", x, constant({6})),
      mul("constant scalar", x, constant({1})),
      mul("RELU6", input(map, -6, 6), x, Activation::RELU6),
      mul("RELU", x, x, Activation::RELU),
      mul("RELU_N1_TO_1", input(map, -2, 2), x, Activation::RELU_N1_TO_1),
      mul("TANH", x, x, Activation::TANH),

      mean("height and width", map, {1, 2}, false),
      mean("height and width", map, {1, 2}, true),
      mean("height and width, unordered", map, {2, 1}, false),
      mean("height", map, {1}, false),
      mean("width", map, {2}, true),
      mean("channels, negative axis", map, {-1}, false),
      mean("height to channels", map, {1, 2, 3}, true),
      mean("batch", map, {0}, false),
      mean("rows of a matrix", {4, 33}, {1}, true),
      mean("vector", {40}, {0}, false),
      mean("two of five dimensions", {2, 3, 4, 5, 6}, {1, 3}, false),

      reshape("by options", map, {2, 35, 6}),
      reshape("by options, -1", map, {2, -1}),
      reshape("by tensor", map, {}, {10, 7, 6}),
      reshape("by tensor, -1", map, {}, {-1, 42}),
      reshape("by tensor, which overrides the options", map, {420}, {20, 21}),
      squeeze("height and width", {2, 1, 1, 6}, {1, 2}),
      squeeze("everything", {1, 5, 1, 6}, {}),
      squeeze("negative", {1, 5, 6, 1}, {-1}),

      softmax("rows", {3, 10}, 1),
      softmax("beta 0.5", {1, 37}, 0.5),
      softmax("beta 2, per pixel", {1, 3, 4, 21}, 2),
      unary("map", RELU, map),
      unary("vector", RELU, {1, 130}),
      unary("map", RELU6, map),
      unary("vector", RELU6, {1, 130}),
      unary("map", LOGISTIC, map),
      unary("vector", LOGISTIC, {1, 130}),

      pad("height and width", map, {0, 0, 1, 2, 3, 0, 0, 0}),
      pad("channels", map, {0, 0, 0, 0, 0, 0, 0, 10}),
      pad("everything", map, {1, 0, 1, 1, 0, 2, 3, 1}),
      pad("nothing", map, {0, 0, 0, 0, 0, 0, 0, 0}),
      pad("matrix", {3, 5}, {1, 2, 0, 4}),

      concatenation("of 2 on channels", {x, input({2, 5, 7, 3})}, 3),
      concatenation("of 2 on the negative axis", {x, input({2, 5, 7, 3}, 0, 4)}, -1),
      concatenation("of 2 on the batch", {x, input({1, 5, 7, 6})}, 0),
      concatenation("of 3 on height", {x, input({2, 1, 7, 6}), x}, 1),
      concatenation("of 4 on width", {x, input({2, 5, 2, 6}), x, x}, 2),
      concatenation("of 5 on channels", {x, x, input({2, 5, 7, 1}), x, x}, 3),
      concatenation("of 6 vectors", std::vector<Operand>(6, input({1, 9})), 1),
      concatenation("of 7 on channels", std::vector<Operand>(7, input({1, 3, 3, 5}, -2, 1)), 3),
      concatenation("with a constant", {x, constant({2, 5, 7, 2})}, 3),
      concatenation("RELU", {x, input({2, 5, 7, 3})}, 3, Activation::RELU),
  };
}

const std::vector<OpCase>& op_cases() {
  static const std::vector<OpCase> all = [] {
    std::vector<OpCase> rows = window_cases();
    for (const auto& part : {elementwise_cases, reduce_cases, layout_cases, number_cases, uint8_cases, other_cases}) {
      for (auto& row : part()) rows.push_back(std::move(row));
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
