// Integer arithmetic: computed when the model is loaded where it follows from constants, as shapes do.
#include <catch_amalgamated.hpp>
#include <cstring>
#include <limits>

#include "cases/cases.h"
#include "model/load.h"
#include "ops/facts.h"
#include "support/model_builder.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;
constexpr int32_t kLowest = std::numeric_limits<int32_t>::min(), kHighest = std::numeric_limits<int32_t>::max();

// What an operator on constants gives.
std::vector<int32_t> folded(OpCode code, const std::vector<std::vector<int32_t>>& operands,
                            tflite::BuiltinOptionsUnion options = {}) {
  ModelBuilder b("integers");
  std::vector<int> inputs;
  for (const auto& values : operands)
    inputs.push_back(b.constant(text("c", inputs.size()), {static_cast<int32_t>(values.size())}, values));
  const int y = b.op(code, "y", inputs, std::move(options), 1, DType::INT32);
  b.output(y);
  const TensorFacts facts = infer(load(b.save()));
  const auto& bytes = facts.values.at(static_cast<size_t>(y));
  std::vector<int32_t> values(bytes.size() / sizeof(int32_t));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

using Ints = std::vector<int32_t>;

template <class Options>
tflite::BuiltinOptionsUnion with_relu6() {
  Options options;
  options.fused_activation_function = tflite::ActivationFunctionType::RELU6;
  return options_of(options);
}

}  // namespace

TEST_CASE("integer arithmetic on constants is done at load", "[ops]") {
  CHECK(folded(ADD, {{1, -2, 3}, {10}}) == Ints{11, 8, 13});
  CHECK(folded(SUB, {{1}, {10, 20}}) == Ints{-9, -19});
  CHECK(folded(MUL, {{2, 3}, {-4, 5}}) == Ints{-8, 15});
  CHECK(folded(DIV, {{7, -7, 7, -7, 0}, {2, 2, -2, -2, 3}}) == Ints{3, -3, -3, 3, 0});
  CHECK(folded(MAXIMUM, {{1, 5}, {3}}) == Ints{3, 5});
  CHECK(folded(MINIMUM, {{1, 5}, {3}}) == Ints{1, 3});
  CHECK(folded(SQUARED_DIFFERENCE, {{1, 5}, {3}}) == Ints{4, 4});
  CHECK(folded(POW, {{2, -3, 7, 0}, {10, 3, 0, 0}}) == Ints{1024, -27, 1, 1});
  CHECK(folded(ABS, {{-3, 0, 4}}) == Ints{3, 0, 4});
  CHECK(folded(NEG, {{-3, 0, 4}}) == Ints{3, 0, -4});
  CHECK(folded(SUM, {{1, 2, 3, 4}, {0}}) == Ints{10});
  CHECK(folded(REDUCE_MAX, {{1, 4, -7}, {-1}}) == Ints{4});
  CHECK(folded(REDUCE_MIN, {{1, 4, -7}, {0}}) == Ints{-7});
  CHECK(folded(ADD, {{-5, 1, 4}, {3}}, with_relu6<tflite::AddOptionsT>()) == Ints{0, 4, 6});
  CHECK(folded(SUB, {{-5, 5, 40}, {3}}, with_relu6<tflite::SubOptionsT>()) == Ints{0, 2, 6});
}

TEST_CASE("integers wrap around", "[ops]") {
  CHECK(folded(ADD, {{kHighest}, {1}}) == Ints{kLowest});
  CHECK(folded(SUB, {{kLowest}, {1}}) == Ints{kHighest});
  CHECK(folded(MUL, {{0x10000}, {0x10001}}) == Ints{0x10000});
  CHECK(folded(DIV, {{kLowest}, {-1}}) == Ints{kLowest});
  CHECK(folded(ABS, {{kLowest}}) == Ints{kLowest});
  CHECK(folded(NEG, {{kLowest}}) == Ints{kLowest});
  CHECK(folded(POW, {{2, 3}, {32, kHighest}})[0] == 0);
  CHECK(folded(SUM, {{kHighest, kHighest}, {0}}) == Ints{-2});
}

TEST_CASE("integer arithmetic without a result names the operator", "[ops]") {
  const auto refuses = [](OpCode code, Ints a, Ints b, const std::string& what) {
    try {
      folded(code, {a, b});
    } catch (const Error& error) {
      CHECK(error.code == ErrorCode::kInvalidInput);
      CHECK(error.where == text(tflite::EnumNameBuiltinOperator(code), " #0 \"y\""));
      CHECK_THAT(error.message, Catch::Matchers::ContainsSubstring(what));
      return;
    }
    FAIL("nothing was thrown");
  };
  refuses(DIV, {1, 2}, {1, 0}, "divides 2 by 0");
  refuses(POW, {2}, {-1}, "power -1");
}

TEST_CASE("operands of arithmetic are of one type", "[ops]") {
  for (const OpCode code : {ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, SQUARED_DIFFERENCE, POW}) {
    INFO(tflite::EnumNameBuiltinOperator(code));
    ModelBuilder b("types");
    const std::vector<int> operands = {b.constant("a", {1}, Ints{1}), b.constant("b", {1}, std::vector<float>{1})};
    CHECK_THROWS_AS(b.op(code, "y", operands, {}, 1, DType::INT32), Error);
  }
}

}  // namespace webquant::test
