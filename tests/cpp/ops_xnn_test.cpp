// Every row of ops_cases.h in every number format, against the reference.
#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <set>

#include "ops/op.h"
#include "ops_cases.h"
#include "quantize.h"
#include "session.h"
#include "support/reference.h"

namespace webquant::test {
namespace {

using Inputs = std::vector<std::vector<float>>;

Inputs random_inputs(const OpCase& row, Random& random) {
  Inputs inputs;
  for (const Operand& operand : row.operands) {
    if (operand.kind != Operand::Kind::kInput) continue;
    const size_t count = count_of(operand.shape);
    if (operand.type == DType::FLOAT32) {
      inputs.push_back(random.values(count, operand.low, operand.high));
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

double largest(std::span<const double> values) {
  double out = 0;
  for (const double value : values) out = std::max(out, std::abs(value));
  return out;
}

double spread(std::span<const double> values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return *high - *low;
}

// Infinite where either is NaN, so that every comparison with a bound fails.
double largest_difference(const Array& a, const Array& b) {
  REQUIRE(a.values.size() == b.values.size());
  double out = 0;
  for (size_t i = 0; i < a.values.size(); ++i) {
    const double difference = std::abs(a.values[i] - b.values[i]);
    out = std::max(out, std::isnan(difference) ? HUGE_VAL : difference);
  }
  return out;
}

// A model's output as the session computes it and as the reference does from the very bytes that
// the session got.
struct Outcome {
  Array actual, expected;
  double error() const { return largest_difference(actual, expected); }
};

Outcome run(const Model& model, const Inputs& inputs) {
  const Graph& g = graph(model);
  Session session(model);
  REQUIRE(session.inputs().size() == inputs.size());
  std::vector<Array> arrays;
  for (size_t i = 0; i < inputs.size(); ++i) {
    session.write_real(i, inputs[i]);
    arrays.push_back(real_values(*g.tensors[g.inputs[i]], session.input(i)));
  }
  session.run();
  Outcome out;
  out.expected = evaluate(model, arrays)[g.outputs[0]];
  CHECK(session.outputs()[0].shape == out.expected.shape);
  REQUIRE(session.output(0).size() == element_size(g.tensors[g.outputs[0]]->type) * out.expected.values.size());
  out.actual = real_values(*g.tensors[g.outputs[0]], session.output(0));
  return out;
}

// Through the bytes of a file, as users do it.
QuantResult quantize_file(const Model& model, const QuantSpec& spec, const Stats* stats = nullptr) {
  QuantResult result = quantize(model, spec, stats);
  result.model = load(save(result.model));
  return result;
}

Array evaluate_float(const Model& model, const Inputs& inputs) {
  const Graph& g = graph(model);
  std::vector<Array> arrays;
  for (size_t i = 0; i < inputs.size(); ++i) {
    arrays.push_back({g.tensors[g.inputs[i]]->shape, {inputs[i].begin(), inputs[i].end()}});
  }
  return evaluate(model, arrays)[g.outputs[0]];
}

void test_float(const OpCase& row, const Model& model, const Inputs& inputs) {
  const Outcome outcome = run(model, inputs);
  const Tensor& output = *graph(model).tensors[graph(model).outputs[0]];
  const double bound = row.output_type == DType::FLOAT32 ? row.tolerance * largest(outcome.expected.values)
                                                         : row.int8_steps * (output.quantization->scale[0] * 1.001);
  CHECK(outcome.error() <= bound);
}

void test_fp16(const OpCase& row, const Model& model, const Inputs& inputs) {
  const QuantResult half = quantize_file(model, {.mode = Mode::kFp16});
  const Outcome outcome = run(half.model, inputs);
  CHECK(outcome.error() <= row.tolerance * largest(outcome.expected.values));
  // A constant moves by at most 2^-11 of its size. Without weights the result is at most
  // proportional to the constant; with weights each of them meets an input of at most 1, and the
  // bias (at most 1) moves as well.
  const double scale =
      row.dynamic == Dynamic::kUnchanged ? std::max(1.0, largest(outcome.expected.values)) : weight_gain(model, 0) + 1;
  CHECK(largest_difference(outcome.actual, evaluate_float(model, inputs)) <= 0x1p-11 * scale + row.tolerance * scale);
}

void test_dynamic(const OpCase& row, const Model& model, const Inputs& inputs, bool per_channel) {
  const QuantResult dynamic =
      quantize_file(model, {.mode = Mode::kDynamicInt8, .per_channel = per_channel, .min_elements = 0});
  CHECK(dynamic.ops.at(0).decision == (row.dynamic == Dynamic::kUnchanged ? "float32" : "dynamic-int8"));
  const Outcome outcome = run(dynamic.model, inputs);
  const double float_bound = row.tolerance * largest(outcome.expected.values);
  if (row.dynamic != Dynamic::kInteger) {
    CHECK(outcome.error() <= float_bound);
    return;
  }
  // The input is quantized to 8 bits between its smallest and largest value and 0, in steps s =
  // range / 255. Rounding moves each value by at most s / 2, and rounding the zero point moves the
  // ends of the range by at most as much again, which saturates there. So an input is off by at
  // most s and the output by at most s * (sum of |weights|); a fused activation never enlarges a
  // difference. A range of one image or row instead of the whole batch has a smaller s.
  float low = 0, high = 0;
  for (const float value : inputs[0]) low = std::min(low, value), high = std::max(high, value);
  CHECK(outcome.error() <= (high - low) / 255 * weight_gain(dynamic.model, 0) + float_bound);
  // Rounding leaves a trace: a result this close to the float one was computed in float.
  if (per_channel) CHECK(outcome.error() > float_bound);
}

QuantResult quantize_calibrated(const Model& model, const Inputs& inputs, bool per_channel, float output_factor = 1) {
  Calibrator calibrator(model, "minmax");
  for (size_t i = 0; i < inputs.size(); ++i) calibrator.session().write_real(i, inputs[i]);
  calibrator.observe();
  Stats stats = calibrator.stats();
  stats.tensors.at("y").min *= output_factor;
  stats.tensors.at("y").max *= output_factor;
  return quantize_file(model, {.mode = Mode::kStaticInt8, .io = DType::INT8, .per_channel = per_channel}, &stats);
}

// How far quantizing inputs and weights to 8 bits may move the result.
double rounding_bound(const OpCase& row, const Model& model, const Inputs& inputs, const Array& original) {
  double range = 0;
  for (const auto& x : inputs) range = std::max<double>(range, std::ranges::max(x) - std::ranges::min(x));
  if (row.dynamic == Dynamic::kUnchanged) {
    // A part of the output, or, where inputs cancel out as in a mean near 0, two of their steps.
    return 0.1 * std::max(spread(original.values), largest(original.values)) + 2 * range / 255;
  }
  // Each input is off by at most a step, each weight by half of one; both are at most 1.
  const Shape& weights = row.operands[1].shape;
  const int32_t outputs = row.code == OpCode::DEPTHWISE_CONV_2D ? weights.back() : weights.front();
  return weight_gain(model, 0) * range / 255 + static_cast<double>(count_of(weights)) / outputs / 254;
}

void test_static(const OpCase& row, const Model& model, const Inputs& inputs, bool per_channel) {
  const QuantResult quantized = quantize_calibrated(model, inputs, per_channel);
  INFO("reason: " << quantized.ops.at(0).reason);
  CHECK(quantized.ops.at(0).decision == (row.int8_stays_float ? "float32" : "int8"));
  CHECK(quantized.ops.at(0).reason.empty() == !row.int8_stays_float);

  const Graph& g = graph(quantized.model);
  const Tensor& output = *g.tensors[g.outputs[0]];
  REQUIRE(output.type == DType::INT8);
  const Outcome outcome = run(quantized.model, inputs);
  const double step = output.quantization->scale[0];
  CHECK(outcome.error() <= (row.int8_stays_float ? 1 : row.int8_steps) * step * 1.001);
  // Coarse, but a wrong scale or channel axis shows.
  const Array original = evaluate_float(model, inputs);
  CHECK(largest_difference(outcome.actual, original) <= step + rounding_bound(row, model, inputs, original));
}

// Calibration may have seen an output far smaller or larger than what comes now, or next to nothing. Integer kernels
// take a limited range of scales: beyond it another way must be found, or the operator be refused by name.
void test_far_scales(const OpCase& row, const Model& model, const Inputs& inputs) {
  for (const float factor : {0.0f, 1e-6f, 1e-4f, 1e-2f, 1e2f, 1e4f, 1e6f}) {
    INFO("with the output's range times " << factor);
    const QuantResult quantized = quantize_calibrated(model, inputs, true, factor);
    const Tensor& output = *graph(quantized.model).tensors[graph(quantized.model).outputs[0]];
    // What is computed in float32 has its rounding, which is more than a step where the step is next to nothing.
    double largest_input = 1;
    for (const auto& x : inputs) largest_input = std::max<double>(largest_input, std::ranges::max(x));
    const double bound =
        std::max(row.int8_steps, 1) * (output.quantization->scale[0] * 1.001) + 0x1p-22 * largest_input;
    try {
      const double error = run(quantized.model, inputs).error();
      CHECK(error <= bound);
    } catch (const Error& error) {
      // A step of a product of input and weight of 256 output steps and more has no kernel.
      CHECK((row.dynamic != Dynamic::kUnchanged && factor <= 1e-4f));
      CHECK(error.code == ErrorCode::kUnsupported);
      CHECK(error.where == op_label(quantized.model, 0));
    }
  }
}

constexpr char kTestCase[] = "operators agree with the reference";

}  // namespace

TEST_CASE(kTestCase, "[ops]") {
  struct Form {
    std::string name;
    void (*test)(const OpCase&, const Model&, const Inputs&);
  };
  static const std::vector<Form> forms = {
      {"FP32", test_float},
      {"FP16", test_fp16},
      {"dynamic INT8", [](auto& row, auto& model, auto& inputs) { test_dynamic(row, model, inputs, true); }},
      {"dynamic INT8, one weight scale",
       [](auto& row, auto& model, auto& inputs) { test_dynamic(row, model, inputs, false); }},
      {"static INT8", [](auto& row, auto& model, auto& inputs) { test_static(row, model, inputs, true); }},
      {"static INT8, scales far apart", test_far_scales},
      {"static INT8, one weight scale",
       [](auto& row, auto& model, auto& inputs) { test_static(row, model, inputs, false); }},
  };
  for (const OpCase& row : op_cases()) {
    DYNAMIC_SECTION(row.name) {
      INFO(repeat_command(kTestCase, row.name, Catch::getSeed()));
      for (const Form& form : forms) {
        if (!row.quantizable && form.test != test_float) continue;
        INFO("in " << form.name);
        Random random(Catch::getSeed());
        const Model model = build(row, random);
        try {
          form.test(row, model, random_inputs(row, random));
        } catch (const Error& error) {
          FAIL_CHECK(to_string(error.code) << " at " << error.where << ": " << error.message);
        }
      }
    }
  }
}

TEST_CASE("every operator of the table is tested", "[ops]") {
  std::set<std::string> tested, known, names;
  for (const OpCase& row : op_cases()) {
    tested.insert(tflite::EnumNameBuiltinOperator(row.code));
    INFO("two rows of one name: " << row.name);
    CHECK(names.insert(row.name).second);
  }
  for (const OpDef& def : op_table()) known.insert(tflite::EnumNameBuiltinOperator(def.code));
  CHECK(tested == known);
}

}  // namespace webquant::test
