// Sessions and calibrators: options, what they report, errors, and that nothing is left behind.
#include "run/session.h"
#include "run/calibrator.h"

#include <malloc.h>

#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <cstring>
#include <functional>

#include "model/load.h"
#include "model/save.h"
#include "oracle/oracle.h"
#include "quantize/quantize.h"
#include "support/model_builder.h"
#include "support/models.h"
#include "support/quantized.h"

namespace webquant::test {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  return {ErrorCode::kInternal, "", ""};
}

std::vector<float> run(Session& session, std::span<const float> input) {
  session.write_real(0, input);
  session.run();
  std::vector<float> out(session.output(0).size() / element_size(session.outputs()[0].dtype));
  session.read_real(0, out);
  return out;
}

double largest_difference(std::span<const float> a, std::span<const float> b) {
  REQUIRE(a.size() == b.size());
  double out = 0;
  for (size_t i = 0; i < a.size(); ++i) out = std::max(out, std::abs(double{a[i]} - b[i]));
  return out;
}

constexpr size_t kImage = 8 * 8 * 3;

struct Fixture {
  Random random{Catch::getSeed()};
  Model model = small_classifier(random);
  std::vector<float> image = random.values(kImage, 0, 1);

  Model quantized(QuantSpec spec) {
    Calibrator calibrator(model);
    calibrator.session().write_real(0, image);
    calibrator.observe();
    return load(save(quantize(model, spec, &calibrator.stats()).model));
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a session describes its inputs and outputs", "[session]") {
  const Session session(model);
  REQUIRE(session.inputs().size() == 1);
  CHECK(session.inputs()[0].name == "image");
  CHECK(session.inputs()[0].shape == Shape{1, 8, 8, 3});
  CHECK(session.inputs()[0].dtype == DType::FLOAT32);
  CHECK(session.inputs()[0].dynamic == std::vector<bool>{true, false, false, false});
  CHECK(session.inputs()[0].scale.empty());
  CHECK(session.outputs().at(0).name == "probabilities");
  CHECK(session.outputs()[0].shape == Shape{1, 10});

  const Session int8(quantized({.io = DType::INT8}));
  CHECK(int8.inputs()[0].dtype == DType::INT8);
  CHECK(int8.inputs()[0].scale.size() == 1);
  CHECK(int8.outputs()[0].scale == std::vector<float>{1.0f / 256});
  CHECK(int8.outputs()[0].zero_point == std::vector<int64_t>{-128});
}

TEST_CASE_METHOD(Fixture, "the model may go once the session is there", "[session]") {
  Session session(load(save(model)));
  Session same(model);
  CHECK(run(session, image) == run(same, image));
  Session moved = std::move(session);
  CHECK(run(moved, image) == run(same, image));
}

TEST_CASE_METHOD(Fixture, "runs do not depend on earlier ones", "[session]") {
  for (const Model& m : {model, quantized({.mode = Mode::kDynamicInt8, .min_elements = 0}), quantized({})}) {
    Session session(m);
    const auto first = run(session, image);
    run(session, random.values(kImage, -9, 9));
    CHECK(run(session, image) == first);
  }
}

TEST_CASE_METHOD(Fixture, "the batch can be chosen where it is dynamic", "[session]") {
  for (const Model& m : {model, quantized({.mode = Mode::kFp16}),
                         quantized({.mode = Mode::kDynamicInt8, .min_elements = 0}), quantized({.io = DType::UINT8})}) {
    Session one(m), three(m, {.batch = 3});
    CHECK(three.inputs()[0].shape == Shape{3, 8, 8, 3});
    CHECK(three.outputs()[0].shape == Shape{3, 10});
    std::vector<float> images, expected;
    for (int i = 0; i < 3; ++i) {
      const auto next = random.values(kImage, 0, 1);
      images.insert(images.end(), next.begin(), next.end());
      const auto result = run(one, next);
      expected.insert(expected.end(), result.begin(), result.end());
    }
    CHECK(largest_difference(run(three, images), expected) < 1e-6);
  }
  const Error error = error_of([] { Session(tiny_model(), {.batch = 2}); });
  CHECK(error.code == ErrorCode::kInvalidInput);
  CHECK(error.where == "options.batch");
  CHECK(error_of([&] { Session(model, {.batch = -1}); }).code == ErrorCode::kInvalidInput);
}

TEST_CASE_METHOD(Fixture, "observed activations are those of the operators", "[session]") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Session session(model, {.observe = true});
  session.write_real(0, image);
  session.run();
  const auto arrays = evaluate(model, std::vector<Array>{{{1, 8, 8, 3}, {image.begin(), image.end()}}});
  const Graph& g = graph(model);
  REQUIRE(session.activations().size() == 1 + g.operators.size());
  CHECK(session.activations()[0].name == "image");
  CHECK(session.activations()[0].op == -1);
  for (size_t i = 0; i < session.activations().size(); ++i) {
    const auto& activation = session.activations()[i];
    INFO(activation.name);
    CHECK(activation.op == static_cast<int>(i) - 1);
    const int32_t tensor = i == 0 ? g.inputs[0] : g.operators[i - 1]->outputs[0];
    CHECK(activation.name == g.tensors[static_cast<size_t>(tensor)]->name);
    if (i > 0) CHECK(activation.op_type == op_type(model, *g.operators[i - 1]));
    const auto& expected = arrays[static_cast<size_t>(tensor)].values;
    REQUIRE(activation.data.size() == expected.size() * sizeof(float));
    const auto* values = reinterpret_cast<const float*>(activation.data.data());
    for (size_t k = 0; k < expected.size(); ++k) REQUIRE(values[k] == Catch::Approx(expected[k]).margin(1e-5));
  }
}

TEST_CASE_METHOD(Fixture, "observing and profiling do not change results", "[session]") {
  for (const Model& m : {model, quantized({.mode = Mode::kFp16}),
                         quantized({.mode = Mode::kDynamicInt8, .min_elements = 0}), quantized({})}) {
    Session plain(m), observing(m, {.observe = true}), profiling(m, {.profile = true});
    const auto expected = run(plain, image);
    CHECK(largest_difference(run(observing, image), expected) < 1e-6);
    CHECK(largest_difference(run(profiling, image), expected) < 1e-6);
  }
}

TEST_CASE_METHOD(Fixture, "the profile lists the operators", "[session]") {
  Session session(model, {.profile = true});
  for (int i = 0; i < 5; ++i) run(session, image);
  const auto profile = session.profile();
  REQUIRE(profile.size() == graph(model).operators.size());
  for (size_t i = 0; i < profile.size(); ++i) {
    CHECK(profile[i].op == i);
    CHECK(profile[i].type == op_type(model, *graph(model).operators[i]));
    CHECK(profile[i].runs == 5);
    CHECK(profile[i].ms >= 0);
    CHECK(profile[i].ms < 1000);
  }
  CHECK(Session(model).profile().empty());
}

TEST_CASE_METHOD(Fixture, "memory figures cover what the model holds", "[session]") {
  const SessionMemory memory = Session(model).memory();
  CHECK(memory.weights_bytes >= 4 * (8 * 27 + 8 + 72 + 8 + 160 + 10));
  CHECK(memory.weights_bytes < 1 << 20);
  CHECK(memory.activations_bytes >= 4 * (kImage + 10));
  CHECK(memory.activations_bytes < 1 << 20);
  CHECK(Session(model, {.batch = 16}).memory().activations_bytes > memory.activations_bytes);
}

TEST_CASE_METHOD(Fixture, "real values are converted at quantized inputs and outputs", "[session]") {
  const DType io = GENERATE(DType::INT8, DType::UINT8);
  Session session(quantized({.io = io}));
  const auto out = run(session, image);
  const float scale = session.inputs()[0].scale[0];
  const auto zero = static_cast<float>(session.inputs()[0].zero_point[0]);
  const auto* bytes = reinterpret_cast<const uint8_t*>(session.input(0).data());
  for (size_t i = 0; i < kImage; ++i) {
    const float q =
        io == DType::UINT8 ? static_cast<float>(bytes[i]) : static_cast<float>(static_cast<int8_t>(bytes[i]));
    REQUIRE(std::abs(scale * (q - zero) - image[i]) <= 0.501f * scale);
  }
  double sum = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<uint8_t>(session.output(0)[i]);
    CHECK(out[i] == static_cast<float>(io == DType::UINT8 ? byte : static_cast<int8_t>(byte) + 128) / 256);
    sum += out[i];
  }
  CHECK(sum == Catch::Approx(1).margin(0.03));
}

TEST_CASE_METHOD(Fixture, "input values must be as many as the shape says", "[session]") {
  Session session(model);
  const Error error = error_of([&] { session.write_real(0, std::vector<float>(kImage - 1)); });
  CHECK(error.code == ErrorCode::kInvalidInput);
  CHECK(error.where.find("image") != std::string::npos);
  CHECK(error.message.find("192") != std::string::npos);
  CHECK(run(session, image).size() == 10);  // goes on working
}

TEST_CASE("an operator that cannot run is named", "[session]") {
  Model model = tiny_model();
  SECTION("unknown to webquant") { model.operator_codes[0]->builtin_code = OpCode::LSTM; }
  SECTION("custom") {
    model.operator_codes[0]->builtin_code = OpCode::CUSTOM;
    model.operator_codes[0]->custom_code = "MyOperator";
  }
  SECTION("a code from the future") { model.operator_codes[0]->builtin_code = static_cast<OpCode>(4711); }
  SECTION("a fused activation that nobody runs") {
    graph(model).operators[0]->builtin_options.AsFullyConnectedOptions()->fused_activation_function =
        tflite::ActivationFunctionType::SIGN_BIT;
  }
  model.operator_codes[0]->deprecated_builtin_code = 0;
  const Error error = error_of([&] { Session session(model); });
  CHECK(error.code == ErrorCode::kUnsupported);
  CHECK(error.where == op_label(model, 0));
  CHECK(error.where.find("\"y\"") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "calibration sees every sample, and no bad one", "[session]") {
  Calibrator calibrator(model);
  CHECK(calibrator.stats().samples == 0);
  for (const float value : {-2.0f, 3.0f, 0.5f}) {
    image[7] = value;
    calibrator.session().write_real(0, image);
    calibrator.observe();
  }
  CHECK(calibrator.stats().samples == 3);
  CHECK(calibrator.stats().tensors.size() == 1 + graph(model).operators.size());
  CHECK(calibrator.stats().tensors.at("image") == TensorStats{.min = -2, .max = 3});
  CHECK(calibrator.stats().tensors.at("stem").min >= 0);
  CHECK(calibrator.stats().tensors.at("stem").max <= 6);

  const auto before = calibrator.stats().tensors;
  for (const float bad : {kNaN, HUGE_VALF, -HUGE_VALF}) {
    image[0] = bad;
    calibrator.session().write_real(0, image);
    const Error error = error_of([&] { calibrator.observe(); });
    CHECK(error.code == ErrorCode::kInvalidInput);
    CHECK(error.where.find("image") != std::string::npos);
  }
  CHECK(calibrator.stats().samples == 3);
  CHECK(calibrator.stats().tensors == before);

  CHECK(error_of([&] { Calibrator(quantized({.io = DType::INT8})); }).code == ErrorCode::kInvalidInput);
}

TEST_CASE("weights next to nothing still run in INT8", "[session]") {
  // The bias decides these channels; their weights are what training leaves of dead ones.
  const std::vector<float> weights = {1, -1, 0, 0, 1e-33f, 2e-33f, 1e-40f, 0, 1e-9f, 1e-9f}, bias = {0, 1, -1, 0.5f, 0};
  ModelBuilder b("dead channels");
  b.output(b.fully_connected("y", b.input("x", {1, 2}), weights, {5, 2}, bias));
  const Model model = load(b.save());
  const Stats stats = stats_of(model, {{"y", {-2, 2}}});
  for (const Mode mode : {Mode::kStaticInt8, Mode::kDynamicInt8}) {
    Session session(load(save(quantize(model, {.mode = mode, .min_elements = 0}, &stats).model)));
    const auto out = run(session, std::vector<float>{0.5f, -0.5f});
    CHECK(largest_difference(out, std::vector<float>{1, 1, -1, 0.5f, 0}) <= 4.0 / 255);
  }
}

TEST_CASE_METHOD(Fixture, "sessions leave no memory behind", "[session]") {
  const std::vector<Model> models = {model, quantized({.mode = Mode::kFp16}),
                                     quantized({.mode = Mode::kDynamicInt8, .min_elements = 0}), quantized({})};
  Model damaged = model;  // fails late: only when its last operator is added
  damaged.operator_codes.back()->builtin_code = OpCode::HASHTABLE;
  const auto cycle = [&] {
    for (const Model& m : models) {
      Session session(m, {.observe = true});
      run(session, image);
    }
    error_of([&] { Session session(damaged); });
  };
  cycle();  // what is allocated once and for all
  const auto before = mallinfo().uordblks;
  for (int i = 0; i < 50; ++i) cycle();
  CHECK(mallinfo().uordblks == before);
}

}  // namespace webquant::test
