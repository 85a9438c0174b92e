// Graphs and values of unusual form: what is legal must run.
#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <cstring>

#include "model/load.h"
#include "model/save.h"
#include "quantize/quantize.h"
#include "run/inspect.h"
#include "run/session.h"
#include "support/model_builder.h"
#include "support/models.h"
#include "support/quantized.h"

namespace webquant::test {
namespace {

using Values = std::vector<float>;

std::vector<Values> run(const Model& model, const std::vector<Values>& inputs) {
  Session session(model);
  for (size_t i = 0; i < inputs.size(); ++i) session.write_real(i, inputs[i]);
  session.run();
  std::vector<Values> outputs;
  for (size_t i = 0; i < session.outputs().size(); ++i) {
    auto& out = outputs.emplace_back(session.output(i).size() / element_size(session.outputs()[i].dtype));
    session.read_real(i, out);
  }
  return outputs;
}

// In float and in each quantized form, where results may be off by the step of a range of [-4, 4].
void check_in_every_form(const ModelBuilder& b, const std::vector<Values>& inputs,
                         const std::vector<Values>& expected) {
  const Model model = load(b.save());
  Stats stats = stats_of(model);
  for (auto& [name, range] : stats.tensors) range = {.min = -4, .max = 4};
  std::vector<std::pair<Model, double>> forms;
  forms.emplace_back(model, 0);
  forms.emplace_back(load(save(quantize(model, {.mode = Mode::kFp16}, nullptr).model)), 1e-3);
  for (const DType io : {DType::FLOAT32, DType::INT8, DType::UINT8}) {
    forms.emplace_back(load(save(quantize(model, {.io = io}, &stats).model)), 2 * 8.0 / 255);
  }
  for (size_t form = 0; form < forms.size(); ++form) {
    INFO("form " << form);
    const auto actual = run(forms[form].first, inputs);
    REQUIRE(actual.size() == expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      INFO("output " << i);
      REQUIRE(actual[i].size() == expected[i].size());
      for (size_t k = 0; k < expected[i].size(); ++k)
        CHECK(std::abs(actual[i][k] - expected[i][k]) <= forms[form].second);
    }
    Session observing(forms[form].first, {.observe = true});
    observing.run();
    CHECK(inspect(forms[form].first).ops.size() == graph(forms[form].first).operators.size());
  }
}

tflite::BuiltinOptionsUnion reshape_to(Shape shape) {
  tflite::ReshapeOptionsT options;
  options.new_shape = std::move(shape);
  tflite::BuiltinOptionsUnion out;
  out.Set(options);
  return out;
}

const Values kX = {1, -2, 2, -0.5f};
const Values kRelu = {1, 0, 2, 0};

}  // namespace

TEST_CASE("an output may be an input, a constant, or there twice", "[session]") {
  ModelBuilder b("odd outputs");
  const int x = b.input("x", {1, 4});
  const int y = b.op(OpCode::RELU, "y", {x});
  b.output(x);
  b.output(y);
  b.output(y);
  SECTION("without a constant") { check_in_every_form(b, {kX}, {kX, kRelu, kRelu}); }
  SECTION("with a constant") {
    b.output(b.constant("c", {2}, Values{0.5f, 2}));
    check_in_every_form(b, {kX}, {kX, kRelu, kRelu, {0.5f, 2}});
  }
}

TEST_CASE("a graph may have no operators", "[session]") {
  ModelBuilder b("nothing to do");
  b.output(b.input("x", {1, 4}));
  check_in_every_form(b, {kX}, {kX});
}

TEST_CASE("results may be used inside, outside, many times or never", "[session]") {
  ModelBuilder b("uses");
  const int x = b.input("x", {1, 4});
  b.input("unused", {3});
  const int y = b.op(OpCode::RELU, "y", {x});
  b.op(OpCode::RELU6, "dead", {y});
  b.output(b.op(OpCode::RELU6, "again and again", {y}));
  b.output(y);
  b.output(b.add("again", y, x));
  check_in_every_form(b, {kX, {0, 0, 0}}, {kRelu, kRelu, {2, -2, 4, -0.5f}});
}

TEST_CASE("reshapes of inputs and outputs alias nothing that matters", "[session]") {
  ModelBuilder b("views");
  const int x = b.input("x", {1, 4});
  const int column = b.op(OpCode::RESHAPE, "column", {x}, reshape_to({4, 1}));
  const int square = b.op(OpCode::RESHAPE, "square", {column}, reshape_to({2, 2}));
  const int relu = b.op(OpCode::RELU, "relu", {column});
  const int flat = b.op(OpCode::RESHAPE, "flat", {relu}, reshape_to({-1}));
  b.output(square);
  b.output(relu);
  b.output(flat);
  b.output(b.op(OpCode::RESHAPE, "back", {square}, reshape_to({1, 4})));
  check_in_every_form(b, {kX}, {kX, kRelu, kRelu, kX});
}

TEST_CASE("a clamp may follow any pool", "[session]") {
  // With one scale for all, XNNPACK may merge the two.
  ModelBuilder b("pools");
  const int x = b.input("x", {1, 2, 2, 1});
  const int window = GENERATE(1, 2);
  const OpCode code = GENERATE(OpCode::AVERAGE_POOL_2D, OpCode::MAX_POOL_2D);
  tflite::Pool2DOptionsT pool;
  pool.filter_height = pool.filter_width = window;
  pool.stride_h = pool.stride_w = 1;
  tflite::BuiltinOptionsUnion options;
  options.Set(pool);
  b.output(b.op(OpCode::RELU, "y", {b.op(code, "pooled", {x}, options)}));
  const Values average = {0.125f, 0, 0.75f, 0}, largest = {2, 0, 2, 0};
  const bool averages = code == OpCode::AVERAGE_POOL_2D;
  check_in_every_form(b, {{1, -2, 2, -0.5f}}, {window == 1 ? Values{1, 0, 2, 0} : averages ? average : largest});
}

TEST_CASE("tensors of up to six dimensions and scalars run", "[session]") {
  ModelBuilder b("ranks");
  const int x = b.input("x", {1, 4});
  const int six = b.op(OpCode::RESHAPE, "six", {x}, reshape_to({1, 2, 1, 1, 2, 1}));
  const int sum = b.add("sum", six, b.constant("one", {}, Values{1}));
  b.output(sum);
  tflite::BuiltinOptionsUnion options;
  options.Set(tflite::ReducerOptionsT());
  const int mean = b.op(OpCode::MEAN, "mean", {x, b.constant("axes", {2}, std::vector<int32_t>{0, 1})}, options);
  CHECK(b.shape(mean).empty());
  b.output(mean);
  check_in_every_form(b, {kX}, {{2, -1, 3, 0.5f}, {0.125f}});
}

TEST_CASE("seven dimensions are refused", "[session]") {
  ModelBuilder b("too many");
  const int x = b.input("x", {1, 1, 1, 1, 1, 2, 2});
  b.output(b.op(OpCode::RELU, "y", {x}));
  try {
    Session session(load(b.save()));
    FAIL("a session of it was made");
  } catch (const Error& error) {
    CHECK(error.code == ErrorCode::kUnsupported);
    CHECK(error.where == "RELU #0 \"y\"");
  }
}

TEST_CASE("dynamic INT8 takes inputs of any range", "[session]") {
  Random random(1);
  const Values weights = random.values(5 * 8, -1, 1), bias = {1, -1, 0.5f, 2, 0};
  const bool convolution = GENERATE(true, false);
  ModelBuilder b("ranges");
  if (convolution) {
    b.output(b.conv_2d("y", b.input("x", {1, 1, 1, 8}), weights, {5, 1, 1, 8}, bias, {}));
  } else {
    b.output(b.fully_connected("y", b.input("x", {1, 8}), weights, {5, 8}, bias));
  }
  const Model model = load(b.save());
  const Model dynamic = load(save(quantize(model, {.mode = Mode::kDynamicInt8, .min_elements = 0}, nullptr).model));
  const auto check = [&](const Values& x) {
    float low = 0, high = 0;
    for (const float value : x) low = std::min(low, value), high = std::max(high, value);
    const auto actual = run(dynamic, {x})[0], expected = run(model, {x})[0];
    for (size_t o = 0; o < 5; ++o) {
      double gain = 0, largest = 0;
      for (size_t i = 0; i < 8; ++i)
        gain += std::abs(weights[o * 8 + i]), largest = std::max<double>(largest, std::abs(weights[o * 8 + i]));
      // A step of the input for each weight, half a step of the weights for each input.
      const double bound = gain * (double{high} - low) / 255 + 8 * std::max(high, -low) * largest / 254;
      REQUIRE(std::abs(actual[o] - expected[o]) <= bound + 1e-5);
    }
  };
  check(Values(8, 0.0f));
  check(Values(8, 3.0f));
  check(Values(8, -3.0f));
  check(random.values(8, 5, 6));
  check(random.values(8, -6, -5));
  check(random.values(8, -1e-6f, 1e-6f));
  check(random.values(8, -1e6f, 1e6f));
  check({1000, 0, 0, 0, 0, 0, 0, -0.001f});
}

TEST_CASE("dynamic INT8 gives a pixel its own range where it meets no other", "[session]") {
  Random random(1);
  const Values weights = random.values(5 * 8, -1, 1);
  ModelBuilder b("pixels");
  b.output(b.conv_2d("y", b.input("x", {1, 1, 2, 8}), weights, {5, 1, 1, 8}, {}, {}));
  const Model model = load(b.save());
  const Model dynamic = load(save(quantize(model, {.mode = Mode::kDynamicInt8, .min_elements = 0}, nullptr).model));
  Values x = random.values(16, -1, 1);
  for (size_t i = 0; i < 8; ++i) x[i] *= 1e6f;
  const auto actual = run(dynamic, {x})[0], expected = run(model, {x})[0];
  // Of 8 products, each off by less than a step of the second pixel and half a one of the weights.
  for (size_t o = 5; o < 10; ++o) CHECK(std::abs(actual[o] - expected[o]) <= 8 * (2.0 / 255 + 1.0 / 254));
}

TEST_CASE("inspect counts what a model holds", "[inspect]") {
  Random random(1);
  const Model model = small_classifier(random);
  const Stats stats = stats_of(model);
  const ModelInfo info = inspect(model);
  // stem 4x4x8x27, depthwise 4x4x8x9, logits 10x16
  CHECK(info.macs == 3456 + 1152 + 160);
  CHECK(info.parameters == 216 + 8 + 72 + 8 + 160 + 10);
  CHECK(info.ops.at(0).weight_bytes == 4 * 224);
  CHECK(info.precision == "float32");
  CHECK(info.signatures.at(0).inputs.at(0) == std::pair<std::string, std::string>("pixels", "image"));
  CHECK(info.metadata == std::vector<std::string>{"min_runtime_version"});
  CHECK(inspect(quantize(model, {.mode = Mode::kFp16}, nullptr).model).precision == "float16");
  CHECK(inspect(quantize(model, {}, &stats).model).precision == "static-int8");
  const ModelInfo dynamic = inspect(quantize(model, {.mode = Mode::kDynamicInt8, .min_elements = 0}, nullptr).model);
  CHECK(dynamic.precision == "dynamic-int8");
  CHECK(dynamic.ops.at(0).reason.empty());
  CHECK(!dynamic.ops.at(1).reason.empty());  // a depthwise convolution runs in float, which users should know
  CHECK(dynamic.ops.at(1).supported);
  for (const ModelInfo& each : {info, dynamic}) {
    CHECK(std::ranges::all_of(each.ops, [](const OpInfo& op) { return op.supported; }));
    CHECK(each.macs == info.macs);
    CHECK(each.parameters == info.parameters);
  }
}

TEST_CASE("int4 weights run as the same numbers in int8 do", "[session]") {
  Random random(1);
  const Model model = small_classifier(random);
  const Stats stats = stats_of(model);
  const Values image = random.values(8 * 8 * 3);
  for (const QuantSpec& spec :
       {QuantSpec{.io = DType::INT8}, QuantSpec{.mode = Mode::kDynamicInt8, .min_elements = 0}}) {
    Model bytes = quantize(model, spec, &stats).model, nibbles = quantize(model, spec, &stats).model;
    size_t changed = 0;
    for (size_t t = 0; t < graph(bytes).tensors.size(); ++t) {
      Tensor &wide = *graph(bytes).tensors[t], &narrow = *graph(nibbles).tensors[t];
      if (wide.type != DType::INT8 || !is_constant(bytes, wide)) continue;
      auto& values = bytes.buffers[wide.buffer]->data;
      std::vector<uint8_t> packed((values.size() + 1) / 2);
      for (size_t i = 0; i < values.size(); ++i) {
        const int value = static_cast<int8_t>(values[i]) / 16;
        values[i] = static_cast<uint8_t>(value);
        packed[i / 2] |= static_cast<uint8_t>((value & 15) << i % 2 * 4);
      }
      narrow.type = DType::INT4;
      narrow.buffer = add_buffer(nibbles, packed);
      ++changed;
    }
    CHECK(changed == 3);  // convolution, depthwise convolution, matrix
    const Model loaded = load(save(nibbles));
    CHECK(run(loaded, {image}) == run(bytes, {image}));
    for (const auto& op : inspect(loaded).ops) CHECK(op.supported);
  }
}

}  // namespace webquant::test
