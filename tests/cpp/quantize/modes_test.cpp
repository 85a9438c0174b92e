// Dynamic INT8 and FP16: which constants change, and into what.
#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cstring>

#include "model/load.h"
#include "model/save.h"
#include "quantize/quantize.h"
#include "support/model_builder.h"
#include "support/models.h"
#include "support/quantized.h"
#include "support/random.h"

namespace webquant::test {

TEST_CASE("dynamic INT8 leaves small constants and all activations float", "[quantize]") {
  Random random(1);
  ModelBuilder b("dynamic");
  const int x = b.input("x", {1, 4, 4, 4});
  const int conv = b.conv_2d("conv", x, random.values(32 * 36), {32, 3, 3, 4}, random.values(32), {});  // 1152
  const int depthwise =
      b.depthwise_conv_2d("depthwise", conv, random.values(9 * 32), {1, 3, 3, 32}, random.values(32), {});  // 288
  b.output(b.fully_connected("y", depthwise, random.values(2 * 512), {2, 512}, random.values(2)));          // 1024
  const Model model = load(b.save());

  const QuantResult result = quantize_checked(model, {.mode = Mode::kDynamicInt8});
  REQUIRE(graph(result.model).operators.size() == 3);
  CHECK(result.ops[0].decision == "dynamic-int8");
  CHECK(result.ops[1].decision == "float32");
  CHECK(!result.ops[1].reason.empty());
  CHECK(result.ops[2].decision == "dynamic-int8");
  CHECK(version_of(result.model, 0) == 5);
  CHECK(version_of(result.model, 1) == version_of(model, 1));
  CHECK(version_of(result.model, 2) == 12);
  for (size_t op = 0; op < 3; ++op) {
    CHECK(input_of(result.model, op, 0).type == DType::FLOAT32);
    CHECK(output_of(result.model, op).type == DType::FLOAT32);
    CHECK(input_of(result.model, op, 1).type == (op == 1 ? DType::FLOAT32 : DType::INT8));
    CHECK(input_of(result.model, op, 2).type == DType::FLOAT32);
  }
  CHECK(Constant(result.model, 0, 1).quant.scale.size() == 32);
  CHECK(Constant(result.model, 2, 1).quant.scale.size() == 2);

  const Model all = quantize_checked(model, {.mode = Mode::kDynamicInt8, .min_elements = 288}).model;
  CHECK(version_of(all, 1) == 6);
  CHECK(Constant(all, 1, 1).quant.quantized_dimension == 3);
  CHECK(Constant(all, 1, 1).quant.scale.size() == 32);

  const Model per_tensor = quantize_checked(model, {.mode = Mode::kDynamicInt8, .per_channel = false}).model;
  CHECK(params_of(input_of(per_tensor, 2, 1)).zero_point == 0);
  CHECK(version_of(per_tensor, 2) == 9);
  CHECK(graph(per_tensor).operators[2]->builtin_options.AsFullyConnectedOptions()->asymmetric_quantize_inputs);
}

TEST_CASE("FP16 rounds every float constant and keeps the rest", "[quantize]") {
  // Rounding half to even, the largest half, beyond it, the smallest subnormal, below it.
  const std::vector<float> weights = {1 + 0x1p-11f, 1 + 0x3p-11f, 65504, 1e6f, -1e6f, 0x1p-24f, 0x1p-26f, -0.0f},
                           bias = {0.1f, -3};
  const uint16_t halves[] = {0x3c00, 0x3c02, 0x7bff, 0x7bff, 0xfbff, 0x0001, 0x0000, 0x8000};
  ModelBuilder b("half");
  const int x = b.input("x", {1, 2, 2, 1});
  const int shift = b.constant("shift", {1}, std::vector<float>{0.25f});
  const int sum = b.add("sum", b.add("once", x, shift), shift);
  const int y = b.fully_connected("y", sum, weights, {2, 4}, bias);
  tflite::BuiltinOptionsUnion options;
  options.Set(tflite::ReshapeOptionsT());
  b.output(b.op(OpCode::RESHAPE, "z", {y, b.constant("shape", {1}, std::vector<int32_t>{2})}, options));
  const Model model = load(b.save());
  const QuantResult result = quantize_checked(model, {.mode = Mode::kFp16});
  // One DEQUANTIZE a constant, also for the one that is used twice.
  CHECK(count_ops(result.model, OpCode::DEQUANTIZE) == 3);
  const size_t op = only_op(result.model, OpCode::FULLY_CONNECTED);
  CHECK(result.ops.at(2).decision == "float16");
  CHECK(input_of(result.model, op, 1).type == DType::FLOAT32);
  CHECK(input_of(result.model, only_op(result.model, OpCode::RESHAPE), 1).type == DType::INT32);
  bool found = false;
  for (size_t i = 0; i < graph(result.model).operators.size(); ++i) {
    if (op_type(result.model, *graph(result.model).operators[i]) != "DEQUANTIZE") continue;
    CHECK(version_of(result.model, i) == 3);
    const Tensor& half = input_of(result.model, i, 0);
    CHECK(half.type == DType::FLOAT16);
    if (graph(result.model).operators[i]->outputs[0] != graph(result.model).operators[op]->inputs[1]) continue;
    found = true;
    const auto data = constant_data(result.model, half);
    CHECK(data.size() == sizeof(halves));
    CHECK(std::memcmp(data.data(), halves, sizeof(halves)) == 0);
  }
  CHECK(found);
}

TEST_CASE("INT8 from a half-precision model undoes the halves", "[quantize]") {
  Random random(1);
  Model model = small_classifier(random);
  // Weights that half precision does not change.
  for (auto& buffer : model.buffers) {
    for (size_t i = 0; i + 4 <= buffer->data.size(); i += 4) {
      float value;
      std::memcpy(&value, &buffer->data[i], 4);
      value = half_to_float(float_to_half(value));
      std::memcpy(&buffer->data[i], &value, 4);
    }
  }
  const Model half = quantize_checked(model, {.mode = Mode::kFp16}).model;
  const Stats stats = stats_of(model);
  for (const Mode mode : {Mode::kDynamicInt8, Mode::kStaticInt8}) {
    const QuantSpec spec{.mode = mode, .min_elements = 0};
    const QuantResult direct = quantize_checked(model, spec, &stats), undone = quantize(half, spec, &stats);
    REQUIRE(graph(undone.model).operators.size() == graph(direct.model).operators.size());
    for (size_t n = 0; n < direct.ops.size(); ++n) CHECK(undone.ops.at(n).decision == direct.ops[n].decision);
    for (size_t n = 0; n < graph(direct.model).operators.size(); ++n) {
      const auto& inputs = graph(direct.model).operators[n]->inputs;
      for (size_t i = 0; i < inputs.size(); ++i) {
        CHECK(std::ranges::equal(constant_data(undone.model, input_of(undone.model, n, i)),
                                 constant_data(direct.model, input_of(direct.model, n, i))));
      }
    }
  }
}

TEST_CASE("files shrink as far as the precision promises", "[quantize]") {
  Random random(1);
  ModelBuilder b("large");
  const int x = b.input("x", {1, 500});
  b.output(b.fully_connected("y", x, random.values(500 * 300), {300, 500}, random.values(300)));
  const Model model = load(b.save());
  const Stats stats = stats_of(model);
  const auto ratio = [&](const QuantSpec& spec) {
    return static_cast<double>(save(quantize(model, spec, &stats).model).size()) /
           static_cast<double>(save(model).size());
  };
  CHECK(ratio({.mode = Mode::kFp16}) <= 0.52);
  CHECK(ratio({.mode = Mode::kDynamicInt8}) <= 0.30);
  CHECK(ratio({.mode = Mode::kStaticInt8}) <= 0.30);
}

}  // namespace webquant::test
