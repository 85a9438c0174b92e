// Shape arithmetic is done when a model is loaded; and values that only a run can check.
#include <catch_amalgamated.hpp>
#include <cmath>

#include "cases/cases.h"
#include "model/load.h"
#include "quantize/quantize.h"
#include "run/inspect.h"
#include "run/session.h"
#include "support/model_builder.h"
#include "support/quantized.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

// x [batch, 2, 3] -> [batch, 6], where the batch is read off x; then the largest of each row.
Model flattened_at_run_time(int64_t declared_batch) {
  ModelBuilder b("flatten");
  const int x = b.input("x", {1, 2, 3});
  if (declared_batch < 0) b.tensor(x).shape_signature = {-1, 2, 3};
  tflite::ShapeOptionsT shape_options;
  shape_options.out_type = DType::INT32;
  const int shape = b.op(SHAPE, "shape", {x}, options_of(shape_options), 1, DType::INT32);
  tflite::StridedSliceOptionsT slice;
  slice.shrink_axis_mask = 1;
  const auto one = [&](std::string name, int32_t value) {
    return b.constant(std::move(name), {1}, std::vector{value});
  };
  const int batch = b.op(STRIDED_SLICE, "batch", {shape, one("begin", 0), one("end", 1), one("stride", 1)},
                         options_of(slice), 1, DType::INT32);
  tflite::PackOptionsT pack;
  pack.values_count = 2;
  const int packed =
      b.op(PACK, "packed", {batch, b.constant("six", {}, std::vector<int32_t>{6})}, options_of(pack), 1, DType::INT32);
  const int flat = b.op(RESHAPE, "flat", {x, packed});
  const int y = b.op(RELU, "y", {flat});
  tflite::ArgMaxOptionsT arg;
  arg.output_type = DType::INT64;
  b.output(y);
  b.output(b.op(ARG_MAX, "largest", {y, one("axis", 1)}, options_of(arg), 1, DType::INT64));
  b.output(packed);
  Model model = load(b.save());
  if (declared_batch < 0) {
    for (const auto& tensor : graph(model).tensors) {
      if (tensor->name == "flat" || tensor->name == "y") tensor->shape_signature = {-1, 6};
      if (tensor->name == "largest") tensor->shape_signature = {-1};
    }
  }
  return model;
}

std::vector<float> read(const Session& session, size_t output) {
  std::vector<float> values(session.output(output).size() / element_size(session.outputs()[output].dtype));
  session.read_real(output, values);
  return values;
}

}  // namespace

TEST_CASE("shape arithmetic is folded", "[session]") {
  const Model model = flattened_at_run_time(-1);
  const std::vector<float> rows = {1, -2, 5, 0, 3, -4, -1, 2, 0, 9, 8, 7};
  for (const int batch : {0, 1, 2}) {
    INFO("batch " << batch);
    const size_t count = batch == 2 ? 2 : 1;
    Session session(model, {.batch = batch, .profile = true});
    CHECK(session.outputs()[0].shape == Shape{static_cast<int32_t>(count), 6});
    session.write_real(0, std::span(rows).first(6 * count));
    session.run();
    std::vector<float> expected(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(6 * count));
    for (float& value : expected) value = std::max(value, 0.0f);
    CHECK(read(session, 0) == expected);
    CHECK(read(session, 1) == (count == 2 ? std::vector<float>{2, 3} : std::vector<float>{2}));
    CHECK(read(session, 2) == std::vector<float>{static_cast<float>(count), 6});
    for (const OpTime& time : session.profile()) CHECK((time.type != "SHAPE" && time.type != "PACK"));
  }
  for (const OpInfo& op : inspect(model).ops) {
    INFO(op.type << ": " << op.reason);
    CHECK(op.supported);
    if (op.type == "SHAPE" || op.type == "PACK" || op.type == "STRIDED_SLICE")
      CHECK(op.reason == "computed when the model is loaded");
  }
}

TEST_CASE("shape arithmetic survives quantization", "[session]") {
  const Model model = flattened_at_run_time(-1);
  const Stats stats =
      stats_of(model, {{"x", {.min = -4, .max = 9}}, {"flat", {.min = -4, .max = 9}}, {"y", {.min = 0, .max = 9}}});
  for (const DType io : {DType::FLOAT32, DType::INT8, DType::UINT8}) {
    INFO(to_string(io));
    const QuantResult quantized = quantize_checked(model, {.io = io}, &stats);
    CHECK(quantized.ops.back().decision == "int8");  // ARG_MAX
    Session session(quantized.model, {.batch = 2});
    session.write_real(0, std::vector<float>{1, -2, 5, 0, 3, -4, -1, 2, 0, 9, 8, 7});
    session.run();
    CHECK(read(session, 1) == std::vector<float>{2, 3});
  }
}

TEST_CASE("an index that is out of range stops the run, not the session", "[session]") {
  const DType type = GENERATE(DType::INT32, DType::INT64);
  ModelBuilder b("gather");
  const int x = b.input("x", {3});
  tflite::GatherOptionsT options;
  b.output(b.op(GATHER, "y", {x, b.input("indices", {2}, type)}, options_of(options)));
  Session session(load(b.save()));
  session.write_real(0, std::vector<float>{10, 20, 30});
  for (const float bad : {3.0f, -1.0f, 2147483520.0f, -2147483648.0f}) {
    session.write_real(1, std::vector<float>{0, bad});
    try {
      session.run();
      FAIL("it ran");
    } catch (const Error& error) {
      CHECK(error.code == ErrorCode::kInvalidInput);
      CHECK(error.where == "GATHER #0 \"y\"");
    }
    session.write_real(1, std::vector<float>{2, 1});
    session.run();
    CHECK(read(session, 0) == std::vector<float>{30, 20});
  }
}

TEST_CASE("casts saturate", "[session]") {
  ModelBuilder b("cast");
  const int x = b.input("x", {5});
  for (const DType type : {DType::INT32, DType::INT64, DType::UINT8}) {
    tflite::CastOptionsT options;
    options.out_data_type = type;
    b.output(b.op(CAST, std::string(to_string(type)), {x}, options_of(options), 1, type));
  }
  Session session(load(b.save()));
  session.write_real(0, std::vector<float>{1e20f, -1e20f, NAN, -2.9f, 300.5f});
  session.run();
  CHECK(read(session, 0) == std::vector<float>{2147483648.0f, -2147483648.0f, 0, -2, 300});
  CHECK(read(session, 1) == std::vector<float>{0x1p63f, -0x1p63f, 0, -2, 300});
  CHECK(read(session, 2) == std::vector<float>{255, 0, 0, 0, 255});
}

}  // namespace webquant::test
