// Rows of the operators that work on each element or pair of elements by itself.
#include "cases/cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;
using Activation = tflite::ActivationFunctionType;

const Shape kMap = {2, 5, 7, 6};

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

std::string name_of(OpCode code, const std::string& name) {
  return text(tflite::EnumNameBuiltinOperator(code), " ", name);
}

OpCase unary(std::string name, OpCode code, Operand x, tflite::BuiltinOptionsUnion options = {}) {
  return {.name = name_of(code, name), .code = code, .operands = {x}, .options = options};
}

// An operator of one operand on [low, high].
void add_unary(std::vector<OpCase>& rows, OpCode code, float low, float high, bool int8_stays_float = false,
               const tflite::BuiltinOptionsUnion& options = {}, const std::string& what = "") {
  for (const auto& [name, shape] :
       {std::pair("map", kMap), {"long vector", {1, 130}}, {"vector", {5}}, {"five dimensions", {2, 1, 3, 2, 5}}}) {
    rows.push_back(unary(name + what, code, input(shape, low, high), options));
    rows.back().int8_stays_float = int8_stays_float;
  }
}

// An operator that jumps from one result to another, which has no INT8 form.
void add_jumping(std::vector<OpCase>& rows, OpCode code, float low, float high, double jump) {
  const size_t before = rows.size();
  add_unary(rows, code, low, high, true);
  for (size_t i = before; i < rows.size(); ++i) rows[i].jump = jump;
}

// Of two operands, the second one on [low, high].
void add_binary(std::vector<OpCase>& rows, OpCase common, float low_a, float high_a, float low, float high) {
  const auto add = [&](const std::string& name, Operand a, Operand b) {
    OpCase row = common;
    row.name += " " + name;
    row.operands = {std::move(a), std::move(b)};
    rows.push_back(row);
  };
  const auto a = [&](Shape shape) { return input(std::move(shape), low_a, high_a); };
  const auto b = [&](Shape shape) { return input(std::move(shape), low, high); };
  add("same shape", a(kMap), b(kMap));
  add("vectors", a({19}), b({19}));
  add("broadcast channels", a(kMap), b({6}));
  add("broadcast both ways", a({1, 5, 1, 6}), b({2, 1, 7, 1}));
  add("first operand smaller", a({7, 6}), b(kMap));
  add("five dimensions", a({2, 3, 1, 4, 5}), b({3, 2, 1, 5}));
  add("six dimensions", a({2, 1, 3, 1, 2, 3}), b({1, 2, 1, 2, 1, 3}));
  add("constant", a(kMap), constant(kMap, low, high));
  add("constant channels", a(kMap), constant({6}, low, high));
  add("constant scalar", a(kMap), constant({}, low, high));
  add("constant first", constant({1, 5, 7, 6}, low_a, high_a), b(kMap));
}

template <class Options>
void add_activations(std::vector<OpCase>& rows, OpCode code, Operand a, Operand b, bool int8_stays_float) {
  for (const Activation activation :
       {Activation::RELU, Activation::RELU6, Activation::RELU_N1_TO_1, Activation::TANH}) {
    Options options;
    options.fused_activation_function = activation;
    rows.push_back({.name = name_of(code, tflite::EnumNameActivationFunctionType(activation)),
                    .code = code,
                    .operands = {a, b},
                    .options = options_of(options),
                    .int8_stays_float = int8_stays_float || activation == Activation::TANH});
  }
}

// On integers, which come as they are from shape computations.
void add_integers(std::vector<OpCase>& rows, OpCode code, const tflite::BuiltinOptionsUnion& options,
                  bool one_operand = false) {
  for (const DType type : {DType::INT32, DType::INT64}) {
    const auto operand = [&](Shape shape) {
      return Operand{.shape = std::move(shape), .low = -1000, .high = 1000, .type = type};
    };
    const auto add = [&](const std::string& name, std::vector<Operand> operands) {
      rows.push_back({.name = name_of(code, text(to_string(type), " ", name)),
                      .code = code,
                      .operands = std::move(operands),
                      .options = options,
                      .tolerance = 0,
                      .quantizable = false,
                      .output_type = type});
    };
    if (one_operand) {
      add("map", {operand(kMap)});
      continue;
    }
    add("same shape", {operand({3, 4}), operand({3, 4})});
    add("broadcast both ways", {operand({3, 1, 4}), operand({2, 1})});
    add("first operand a scalar", {operand({}), operand({5})});
  }
}

void add_pairs(std::vector<OpCase>& rows) {
  const auto sub = options_of(tflite::SubOptionsT()), div = options_of(tflite::DivOptionsT());
  const auto extreme = options_of(tflite::MaximumMinimumOptionsT());
  const auto difference = options_of(tflite::SquaredDifferenceOptionsT());
  add_binary(rows, {.name = "SUB", .code = SUB, .options = sub}, -1, 1, -4, 2);
  add_activations<tflite::SubOptionsT>(rows, SUB, input(kMap, -6, 6), input({6}, -6, 6), false);
  add_binary(rows, {.name = "DIV", .code = DIV, .options = div, .int8_stays_float = true}, -1, 1, 0.5, 2);
  add_activations<tflite::DivOptionsT>(rows, DIV, input(kMap, -6, 6), input({6}, 0.5, 2), true);
  add_binary(rows, {.name = "MAXIMUM", .code = MAXIMUM, .options = extreme, .int8_steps = 0}, -1, 1, -2, 1);
  add_binary(rows, {.name = "MINIMUM", .code = MINIMUM, .options = extreme, .int8_steps = 0}, -1, 1, -1, 2);
  add_binary(rows, {.name = "SQUARED_DIFFERENCE", .code = SQUARED_DIFFERENCE, .options = difference}, -1, 1, -2, 1);
  add_binary(rows, {.name = "POW", .code = POW, .options = options_of(tflite::PowOptionsT()), .int8_stays_float = true},
             0.5, 2, -1, 1);

  for (const auto& [code, options] : {std::pair(ADD, options_of(tflite::AddOptionsT())),
                                      {SUB, sub},
                                      {MUL, options_of(tflite::MulOptionsT())},
                                      {MAXIMUM, extreme},
                                      {MINIMUM, extreme},
                                      {SQUARED_DIFFERENCE, difference}})
    add_integers(rows, code, options);
  for (const DType type : {DType::INT32, DType::INT64}) {
    const auto add = [&](OpCode code, const tflite::BuiltinOptionsUnion& o, Operand a, Operand b) {
      rows.push_back({.name = name_of(code, text(to_string(type))),
                      .code = code,
                      .operands = {std::move(a), std::move(b)},
                      .options = o,
                      .tolerance = 0,
                      .quantizable = false,
                      .output_type = type});
    };
    add(DIV, div, integers({3, 4}, -1000, 1000, type), integers({4}, 1, 9, type));
    add(POW, options_of(tflite::PowOptionsT()), integers({3, 4}, -5, 5, type), integers({4}, 0, 5, type));
  }
  add_integers(rows, ABS, options_of(tflite::AbsOptionsT()), true);
  add_integers(rows, NEG, options_of(tflite::NegOptionsT()), true);

  const auto prelu = [&](std::string name, Operand x, Operand slopes) {
    rows.push_back({.name = "PRELU " + name, .code = PRELU, .operands = {x, slopes}});
  };
  const Operand x = input(kMap, -4, 4);
  prelu("constant channels", x, constant({1, 1, 6}, 0, 0.5));
  prelu("constant vector", x, constant({6}, -0.5, 1.5));
  prelu("constant scalar", x, constant({1}, 0.25, 0.5));
  prelu("constant of each pixel", x, constant({5, 7, 6}, 0, 1));
  prelu("slopes that are no constant", x, input({6}, 0, 1));
  prelu("matrix", input({3, 17}, -4, 4), constant({17}, 0, 1));
}

tflite::BuiltinOptionsUnion leaky(float slope) {
  tflite::LeakyReluOptionsT options;
  options.alpha = slope;
  return options_of(options);
}

tflite::BuiltinOptionsUnion gelu(bool approximate) {
  tflite::GeluOptionsT options;
  options.approximate = approximate;
  return options_of(options);
}

}  // namespace

std::vector<OpCase> elementwise_cases() {
  const Operand x = input(kMap);
  std::vector<OpCase> rows = {
      add("same shape", x, x),
      add("two dimensions", input({3, 17}), input({3, 17}, -4, 2)),
      add("broadcast channels", x, input({6})),
      add("broadcast one pixel", x, input({2, 1, 1, 6})),
      add("broadcast both ways", input({1, 5, 1, 6}), input({2, 1, 7, 1})),
      add("first operand smaller", input({7, 6}), x),
      add("constant", x, constant(kMap)),
      add("constant channels", x, constant({6})),
      add("constant channels first", constant({6}), x),
      add("constant scalar", x, constant({})),
      add("RELU", x, x, Activation::RELU),
      add("RELU6", input(kMap, -6, 6), input(kMap, -6, 6), Activation::RELU6),
      add("RELU_N1_TO_1", x, x, Activation::RELU_N1_TO_1),
      add("TANH", x, x, Activation::TANH),
      mul("same shape", x, x),
      mul("broadcast channels", x, input({1, 1, 1, 6}, 0, 3)),
      mul("broadcast gate", x, input({2, 1, 1, 6}, 0, 1)),
      mul("constant", x, constant(kMap)),
      mul("constant channels", x, constant({6})),
      mul("constant scalar", x, constant({1})),
      mul("RELU6", input(kMap, -6, 6), x, Activation::RELU6),
      mul("RELU", x, x, Activation::RELU),
      mul("RELU_N1_TO_1", input(kMap, -2, 2), x, Activation::RELU_N1_TO_1),
      mul("TANH", x, x, Activation::TANH),
  };
  for (const OpCode code : {RELU, RELU6, LOGISTIC}) {
    rows.push_back(unary("map", code, input(kMap, -8, 8)));
    rows.push_back(unary("vector", code, input({1, 130}, -8, 8)));
  }
  add_pairs(rows);
  add_unary(rows, RELU_N1_TO_1, -3, 3);
  for (const float slope : {0.2f, 0.01f, 0.001f, 1.5f, -0.5f, 0.0f})
    add_unary(rows, LEAKY_RELU, -4, 4, false, leaky(slope), text(", slope ", slope));
  add_unary(rows, ELU, -5, 5);
  add_unary(rows, GELU, -5, 5, false, gelu(false));
  add_unary(rows, GELU, -5, 5, false, gelu(true), ", approximate");
  add_unary(rows, HARD_SWISH, -5, 5);
  add_unary(rows, TANH, -4, 4);
  add_unary(rows, ABS, -4, 3, false, options_of(tflite::AbsOptionsT()));
  add_unary(rows, NEG, -4, 3, true, options_of(tflite::NegOptionsT()));
  add_unary(rows, EXP, -3, 2, false, options_of(tflite::ExpOptionsT()));
  add_unary(rows, LOG, 0.1f, 8);
  add_unary(rows, SQRT, 0, 8, true);
  add_unary(rows, RSQRT, 0.25f, 8, true);
  add_unary(rows, SQUARE, -4, 3, true, options_of(tflite::SquareOptionsT()));
  for (const OpCode code : {FLOOR, CEIL, ROUND}) add_jumping(rows, code, -8, 8, 1);
  add_jumping(rows, SIGN, -4, 3, 2);
  add_unary(rows, SIN, -7, 7, true);
  add_unary(rows, COS, -7, 7, true, options_of(tflite::CosOptionsT()));
  return rows;
}

}  // namespace webquant::test
