// Static INT8: which tensors share a scale, what is inserted, what stays float, and what is refused.
#include "quantize/quantize.h"

#include <catch_amalgamated.hpp>
#include <functional>
#include <limits>

#include "model/load.h"
#include "model/save.h"
#include "support/model_builder.h"
#include "support/models.h"
#include "support/quantized.h"

namespace webquant::test {
namespace {

using Activation = tflite::ActivationFunctionType;
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
const QuantSpec kInt8 = {.io = DType::INT8};

ErrorCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(!error.where.empty());
    CHECK(!error.message.empty());
    return error.code;
  }
  FAIL("nothing was thrown");
  return ErrorCode::kInternal;
}

template <class Options>
tflite::BuiltinOptionsUnion options_of(Options options) {
  tflite::BuiltinOptionsUnion out;
  out.Set(std::move(options));
  return out;
}

int max_pool(ModelBuilder& b, const char* name, int x) {
  tflite::Pool2DOptionsT options;
  options.padding = tflite::Padding::VALID;
  options.stride_w = options.stride_h = options.filter_width = options.filter_height = 2;
  return b.op(OpCode::MAX_POOL_2D, name, {x}, options_of(options));
}

int reshape(ModelBuilder& b, const char* name, int x, Shape shape) {
  tflite::ReshapeOptionsT options;
  options.new_shape = std::move(shape);
  return b.op(OpCode::RESHAPE, name, {x}, options_of(options));
}

int concatenation(ModelBuilder& b, const char* name, std::vector<int> inputs,
                  Activation activation = Activation::NONE) {
  tflite::ConcatenationOptionsT options;
  options.axis = -1;
  options.fused_activation_function = activation;
  return b.op(OpCode::CONCATENATION, name, std::move(inputs), options_of(options));
}

// Two FULLY_CONNECTED one after the other: x -> hidden -> y.
Model two_layers() {
  ModelBuilder b("two layers");
  Random random(1);
  const int x = b.input("x", {1, 40});
  const int hidden =
      b.fully_connected("hidden", x, random.values(30 * 40), {30, 40}, random.values(30), Activation::RELU);
  b.output(b.fully_connected("y", hidden, random.values(50 * 30), {50, 30}, random.values(50)));
  return load(b.save());
}

}  // namespace

TEST_CASE("activations take the calibrated ranges", "[quantize]") {
  const Model model = two_layers();
  const Stats stats = stats_of(model, {{"x", {-1, 3}}, {"hidden", {0, 10}}, {"y", {-8, 2}}});
  const QuantResult result = quantize_checked(model, kInt8, &stats);
  CHECK(result.warnings.empty());
  const QuantParams x = params_of(input_of(result.model, 0, 0));
  CHECK(x.scale == Catch::Approx(4.0 / 255));
  CHECK(x.zero_point == -64);  // -128 + 1 / (4 / 255) = -64.25
  CHECK(params_of(output_of(result.model, 0)) == QuantParams{10.0f / 255, -128});
  CHECK(params_of(output_of(result.model, 1)).zero_point == 76);  // -128 + 8 / (10 / 255)
  for (const auto& op : result.ops) CHECK((op.decision == "int8" && op.reason.empty()));

  const QuantResult symmetric = quantize_checked(model, {.io = DType::INT8, .symmetric = true}, &stats);
  CHECK(params_of(input_of(symmetric.model, 0, 0)) == QuantParams{3.0f / 127, 0});
  CHECK(params_of(output_of(symmetric.model, 1)) == QuantParams{8.0f / 127, 0});
}

TEST_CASE("operators that move values keep one scale", "[quantize]") {
  ModelBuilder b("moves");
  const int x = b.input("x", {1, 4, 4, 2});
  const int pooled = max_pool(b, "pooled", x);
  b.output(reshape(b, "y", pooled, {1, 8}));
  const Model model = load(b.save());
  const Stats stats = stats_of(model, {{"x", {-1, 1}}, {"pooled", {0, 3}}, {"y", {0, 2}}});
  const QuantResult result = quantize_checked(model, kInt8, &stats);
  const QuantParams shared = params_of(input_of(result.model, 0, 0));
  CHECK(shared.scale == Catch::Approx(4.0 / 255));  // [-1, 3] holds all three
  CHECK(params_of(output_of(result.model, 0)) == shared);
  CHECK(params_of(output_of(result.model, 1)) == shared);
  CHECK(graph(result.model).operators.size() == 2);
}

TEST_CASE("operators that merge values give all inputs the output's scale", "[quantize]") {
  ModelBuilder b("merge");
  const int p = b.input("p", {1, 4}), q = b.input("q", {1, 4});
  b.output(concatenation(b, "y", {p, q}));
  const Model model = load(b.save());
  const Stats stats = stats_of(model, {{"p", {-1, 1}}, {"q", {0, 7}}, {"y", {-1, 7}}});
  const QuantResult result = quantize_checked(model, kInt8, &stats);
  const QuantParams shared = params_of(output_of(result.model, 0));
  CHECK(shared.scale == Catch::Approx(8.0 / 255));
  CHECK(params_of(input_of(result.model, 0, 0)) == shared);
  CHECK(params_of(input_of(result.model, 0, 1)) == shared);
}

TEST_CASE("a fixed scale is kept, and requantized where others share one", "[quantize]") {
  constexpr QuantParams kUnit = {1.0f / 256, -128};
  ModelBuilder b("fixed");
  const int x = b.input("x", {1, 8});
  const int gate = b.op(OpCode::LOGISTIC, "gate", {x});
  const int joined = concatenation(b, "joined", {x, gate});
  const int probabilities = b.softmax("probabilities", joined);
  b.output(reshape(b, "column", probabilities, {16, 1}));
  b.output(gate);
  const Model model = load(b.save());
  const Stats stats =
      stats_of(model, {{"x", {-4, 4}}, {"gate", {0, 1}}, {"joined", {-4, 4}}, {"probabilities", {0, 0.5f}}});
  const QuantResult result = quantize_checked(model, kInt8, &stats);
  CHECK(params_of(output_of(result.model, only_op(result.model, OpCode::LOGISTIC))) == kUnit);
  CHECK(params_of(output_of(result.model, only_op(result.model, OpCode::SOFTMAX))) == kUnit);
  CHECK(params_of(output_of(result.model, only_op(result.model, OpCode::RESHAPE))) == kUnit);
  const size_t concat = only_op(result.model, OpCode::CONCATENATION),
               requantize = only_op(result.model, OpCode::QUANTIZE);
  const QuantParams shared = params_of(output_of(result.model, concat));
  CHECK(shared.scale == Catch::Approx(8.0 / 255));
  CHECK(params_of(input_of(result.model, concat, 0)) == shared);
  CHECK(params_of(input_of(result.model, concat, 1)) == shared);
  CHECK(graph(result.model).operators[concat]->inputs[1] == graph(result.model).operators[requantize]->outputs[0]);
  CHECK(params_of(input_of(result.model, requantize, 0)) == kUnit);
  CHECK(requantize < concat);
}

TEST_CASE("inputs and outputs take the type that was asked for", "[quantize]") {
  Random random(1);
  const Model model = small_classifier(random);
  const Stats stats = stats_of(model, {{"image", {0, 2}}});
  const DType io = GENERATE(DType::FLOAT32, DType::INT8, DType::UINT8);
  INFO(to_string(io));
  const Model result = quantize_checked(model, {.io = io}, &stats).model;
  const Graph& g = graph(result);
  const Tensor &input = *g.tensors[static_cast<size_t>(g.inputs.at(0))],
               &output = *g.tensors[static_cast<size_t>(g.outputs.at(0))];
  // Users address them by these names, whatever the precision.
  CHECK(input.name == "image");
  CHECK(output.name == "probabilities");
  CHECK(input.type == io);
  CHECK(output.type == io);
  CHECK(input.shape_signature == Shape{-1, 8, 8, 3});
  CHECK(result.signature_defs.at(0)->inputs.at(0)->tensor_index == static_cast<uint32_t>(g.inputs[0]));
  CHECK(result.signature_defs.at(0)->outputs.at(0)->tensor_index == static_cast<uint32_t>(g.outputs[0]));
  if (io == DType::FLOAT32) {
    CHECK((!input.quantization || input.quantization->scale.empty()));
    CHECK(op_type(result, *g.operators.front()) == "QUANTIZE");
    CHECK(op_type(result, *g.operators.back()) == "DEQUANTIZE");
  } else {
    const int shift = io == DType::UINT8 ? 128 : 0;
    CHECK(params_of(input) == QuantParams{2.0f / 255, -128 + shift});
    CHECK(params_of(output) == QuantParams{1.0f / 256, -128 + shift});
    CHECK(count_ops(result, OpCode::DEQUANTIZE) == 0);
    // One joins the gate with the residual, two change between uint8 and int8.
    CHECK(count_ops(result, OpCode::QUANTIZE) == (io == DType::UINT8 ? 3 : 1));
  }
}

TEST_CASE("an output that is used inside as well is converted beside", "[quantize]") {
  ModelBuilder b("two outputs");
  Random random(1);
  const int x = b.input("x", {1, 40});
  const int hidden = b.fully_connected("hidden", x, random.values(30 * 40), {30, 40}, {});
  b.output(hidden);
  b.output(b.fully_connected("y", hidden, random.values(5 * 30), {5, 30}, {}));
  const Model model = load(b.save());
  const Stats stats = stats_of(model);
  const Model result = quantize_checked(model, {}, &stats).model;
  CHECK(count_ops(result, OpCode::DEQUANTIZE) == 2);
  CHECK(graph(result).tensors[static_cast<size_t>(graph(result).outputs.at(0))]->name == "hidden");
  CHECK(graph(result).tensors[static_cast<size_t>(graph(result).outputs.at(1))]->name == "y");
}

TEST_CASE("excluded operators stay float", "[quantize]") {
  const Model model = two_layers();
  const Stats stats = stats_of(model);
  // By the name of the operator, and by that of the weights.
  const std::string excluded = GENERATE_COPY(std::string("y"), input_of(model, 1, 1).name);
  INFO(excluded);
  const QuantResult result = quantize_checked(
      model, {.io = DType::INT8, .excluded = [&](const std::string& name) { return name == excluded; }}, &stats);
  CHECK(result.ops[0].decision == "int8");
  CHECK(result.ops[1].decision == "float32");
  CHECK(!result.ops[1].reason.empty());
  CHECK(count_ops(result.model, OpCode::DEQUANTIZE) == 1);
  CHECK(count_ops(result.model, OpCode::QUANTIZE) == 1);
  const auto& op = *graph(result.model).operators[2];
  CHECK(op_type(result.model, op) == "FULLY_CONNECTED");
  for (size_t i = 0; i < 3; ++i) CHECK(input_of(result.model, 2, i).type == DType::FLOAT32);
  CHECK(version_of(result.model, 2) == version_of(model, 1));
}

TEST_CASE("an operator's name does not exclude those that use its output", "[quantize]") {
  const Model model = two_layers();
  const Stats stats = stats_of(model);
  const std::string hidden = op_name(model, 0);
  const QuantResult result =
      quantize_checked(model, {.excluded = [&](const std::string& name) { return name == hidden; }}, &stats);
  CHECK(result.ops[0].decision == "float32");
  CHECK(result.ops[1].decision == "int8");
}

TEST_CASE("fused activations without an integer form stay float", "[quantize]") {
  ModelBuilder b("tanh");
  Random random(1);
  const int x = b.input("x", {1, 40});
  b.output(b.fully_connected("y", x, random.values(30 * 40), {30, 40}, random.values(30), Activation::TANH));
  const Model model = load(b.save());
  const Stats stats = stats_of(model);
  const QuantResult result = quantize_checked(model, kInt8, &stats);
  CHECK(result.ops[0].decision == "float32");
  CHECK(result.ops[0].reason.find("fused activation") != std::string::npos);
}

TEST_CASE("a product whose steps are an output step or more asks for a newer operator", "[quantize]") {
  ModelBuilder b("product");
  const int x = b.input("x", {1, 4}), y = b.input("y", {1, 4});
  tflite::BuiltinOptionsUnion options;
  options.Set(tflite::MulOptionsT());
  b.output(b.op(OpCode::MUL, "product", {x, y}, options));
  const Model model = load(b.save());
  for (const auto& [limit, version] : {std::pair(1.0f, 2), {0.01f, 2}, {0.0078f, 3}, {1e-5f, 3}}) {
    INFO("range of the product: " << limit);
    const Stats stats = stats_of(model, {{"product", {-limit, limit}}});
    const Model quantized = quantize_checked(model, {}, &stats).model;
    CHECK(version_of(quantized, only_op(quantized, OpCode::MUL)) == version);
  }
}

TEST_CASE("statistics must be there and make sense", "[quantize]") {
  const Model model = two_layers();
  const auto code_with = [&](const std::function<void(Stats&)>& change) {
    Stats stats = stats_of(model);
    change(stats);
    return code_of([&] { quantize(model, {}, &stats); });
  };
  CHECK(code_of([&] { quantize(model, {}, nullptr); }) == ErrorCode::kMissingStats);
  CHECK(code_with([](Stats& s) { s.samples = 0; }) == ErrorCode::kMissingStats);
  CHECK(code_with([](Stats& s) { s.tensors.clear(); }) == ErrorCode::kMissingStats);
  CHECK(code_with([](Stats& s) { s.tensors.erase("x"); }) == ErrorCode::kMissingStats);
  CHECK(code_with([](Stats& s) { s.tensors.erase("hidden"); }) == ErrorCode::kMissingStats);
  CHECK(code_with([](Stats& s) { s.tensors.erase("y"); }) == ErrorCode::kMissingStats);
  CHECK(code_with([](Stats& s) { s.tensors["hidden"].min = kNaN; }) == ErrorCode::kInvalidInput);
  CHECK(code_with([](Stats& s) { s.tensors["hidden"].max = kNaN; }) == ErrorCode::kInvalidInput);
  CHECK(code_with([](Stats& s) { s.tensors["y"].max = kInfinity; }) == ErrorCode::kInvalidInput);
  CHECK(code_with([](Stats& s) { s.tensors["y"].min = -kInfinity; }) == ErrorCode::kInvalidInput);
}

TEST_CASE("a quantized model is not quantized again", "[quantize]") {
  const Model model = two_layers();
  const Stats stats = stats_of(model);
  const Mode first = GENERATE(Mode::kFp16, Mode::kDynamicInt8, Mode::kStaticInt8);
  const Mode second = GENERATE(Mode::kFp16, Mode::kDynamicInt8, Mode::kStaticInt8);
  if (first == Mode::kFp16 && second != Mode::kFp16) return;  // undoes the first
  const Model quantized = quantize(model, {.mode = first}, &stats).model;
  CHECK(code_of([&] { quantize(quantized, {.mode = second}, &stats); }) == ErrorCode::kInvalidInput);
}

TEST_CASE("quantization is deterministic", "[quantize]") {
  Random random(Catch::getSeed());
  const Model model = small_classifier(random);
  const Stats stats = stats_of(model);
  for (const Mode mode : {Mode::kFp16, Mode::kDynamicInt8, Mode::kStaticInt8}) {
    const QuantSpec spec = {.mode = mode, .min_elements = 16};
    CHECK(save(quantize(model, spec, &stats).model) == save(quantize(model, spec, &stats).model));
  }
}

}  // namespace webquant::test
