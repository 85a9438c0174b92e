// Clamps that stand alone, in every mode.
#include <catch_amalgamated.hpp>

#include "model/load.h"
#include "ops/activation.h"
#include "quantize/quantize.h"
#include "support/model_builder.h"
#include "support/quantized.h"
#include "support/random.h"

namespace webquant::test {
namespace {

using Activation = tflite::ActivationFunctionType;

// A convolution "conv" of "x"; tests go on from its result.
struct Fixture {
  ModelBuilder b{"fused"};
  Random random{1};
  int conv =
      b.conv_2d("conv", b.input("x", {1, 4, 4, 3}), random.values(8 * 9 * 3), {8, 3, 3, 3}, random.values(8), {});

  int relu(int x, std::string name = "relu", OpCode code = OpCode::RELU) { return b.op(code, std::move(name), {x}); }

  QuantResult quantized(Mode mode = Mode::kStaticInt8, const std::string& excluded = "") {
    const Model model = load(b.save());
    const Stats stats = stats_of(model, {{"conv", {.min = -4, .max = 4}}});
    QuantSpec spec{.mode = mode, .min_elements = 0};
    spec.excluded = [&](const std::string& name) { return name == excluded; };
    return quantize_checked(model, spec, &stats);
  }
};

Activation activation_of(const Model& model, OpCode code) {
  return fused_activation(*graph(model).operators[only_op(model, code)]);
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a clamp becomes part of the operator before it", "[quantize]") {
  const auto [code, activation] =
      GENERATE(table<OpCode, Activation>({{OpCode::RELU, Activation::RELU},
                                          {OpCode::RELU6, Activation::RELU6},
                                          {OpCode::RELU_N1_TO_1, Activation::RELU_N1_TO_1}}));
  const auto [mode, decision] = GENERATE(table<Mode, std::string>(
      {{Mode::kFp16, "float16"}, {Mode::kDynamicInt8, "dynamic-int8"}, {Mode::kStaticInt8, "int8"}}));
  b.output(relu(conv, "clamped", code));
  const QuantResult result = quantized(mode);
  CHECK(count_ops(result.model, code) == 0);
  CHECK(activation_of(result.model, OpCode::CONV_2D) == activation);
  const Graph& g = graph(result.model);
  CHECK(g.tensors[g.outputs[0]]->name == "clamped");
  CHECK(std::ranges::none_of(g.tensors, [](const auto& tensor) { return tensor->name == "conv"; }));
  // The report is about the operators that the user knows.
  REQUIRE(result.ops.size() == 2);
  CHECK(result.ops[0].name == "conv");
  CHECK(result.ops[1].name == "clamped");
  for (size_t i = 0; i < 2; ++i) {
    CHECK(result.ops[i].index == i);
    CHECK(result.ops[i].decision == decision);
    CHECK(result.ops[i].reason.empty());
  }
}

TEST_CASE_METHOD(Fixture, "the range is that of the clamp's result", "[quantize]") {
  b.output(b.op(OpCode::HARD_SWISH, "y", {relu(conv)}));
  const QuantResult result = quantized();
  const QuantParams params = params_of(output_of(result.model, only_op(result.model, OpCode::CONV_2D)));
  CHECK(params.scale == Catch::Approx(1.0 / 255));
  CHECK(params.zero_point == -128);
}

TEST_CASE_METHOD(Fixture, "a clamp stays alone where the other result is needed too", "[quantize]") {
  const int clamped = relu(conv);
  SECTION("by another operator") { b.output(b.add("sum", clamped, conv)); }
  SECTION("as an output") {
    b.output(clamped);
    b.output(conv);
  }
  const QuantResult result = quantized();
  CHECK(count_ops(result.model, OpCode::RELU) == 1);
  CHECK(activation_of(result.model, OpCode::CONV_2D) == Activation::NONE);
}

TEST_CASE_METHOD(Fixture, "a clamp stays alone behind what takes none", "[quantize]") {
  SECTION("an activation of its own") {
    b.output(relu(relu(conv), "six", OpCode::RELU6));
    const QuantResult result = quantized();
    CHECK(count_ops(result.model, OpCode::RELU) == 0);
    CHECK(count_ops(result.model, OpCode::RELU6) == 1);
    CHECK(activation_of(result.model, OpCode::CONV_2D) == Activation::RELU);
  }
  SECTION("a concatenation") {
    tflite::BuiltinOptionsUnion options;
    options.Set(tflite::ConcatenationOptionsT());
    b.output(relu(b.op(OpCode::CONCATENATION, "both", {conv, conv}, std::move(options))));
    CHECK(count_ops(quantized().model, OpCode::RELU) == 1);
  }
  SECTION("an operator without options") {
    b.output(relu(b.op(OpCode::HARD_SWISH, "swish", {conv})));
    CHECK(count_ops(quantized().model, OpCode::RELU) == 1);
  }
  SECTION("a graph input") {
    b.output(relu(0));
    CHECK(count_ops(quantized().model, OpCode::RELU) == 1);
  }
}

TEST_CASE_METHOD(Fixture, "to exclude a clamp or what is before it excludes both", "[quantize]") {
  const std::string excluded = GENERATE("conv", "relu");
  b.output(b.op(OpCode::HARD_SWISH, "y", {relu(conv)}));
  for (const Mode mode : {Mode::kFp16, Mode::kDynamicInt8, Mode::kStaticInt8}) {
    const QuantResult result = quantized(mode, excluded);
    CHECK(activation_of(result.model, OpCode::CONV_2D) == Activation::RELU);
    for (size_t i = 0; i < 2; ++i) {
      CHECK(result.ops[i].decision == "float32");
      CHECK(result.ops[i].reason == "excluded");
    }
  }
}

TEST_CASE_METHOD(Fixture, "a transposed convolution with a clamp is of version 4", "[quantize]") {
  tflite::TransposeConvOptionsT options;
  options.stride_h = options.stride_w = 2;
  tflite::BuiltinOptionsUnion packed;
  packed.Set(options);
  const int shape = b.constant("shape", {4}, std::vector<int32_t>{1, 8, 8, 2});
  const int weights = b.constant("weights", {2, 2, 2, 8}, random.values(64));
  b.output(relu(b.op(OpCode::TRANSPOSE_CONV, "up", {shape, weights, conv}, std::move(packed))));
  for (const Mode mode : {Mode::kFp16, Mode::kStaticInt8}) {
    const QuantResult result = quantized(mode);
    CHECK(activation_of(result.model, OpCode::TRANSPOSE_CONV) == Activation::RELU);
    CHECK(version_of(result.model, only_op(result.model, OpCode::TRANSPOSE_CONV)) == 4);
  }
}

}  // namespace webquant::test
