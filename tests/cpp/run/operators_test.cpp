// Every operator case in every number format, against the oracle.
#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <set>

#include "cases/cases.h"
#include "model/load.h"
#include "model/save.h"
#include "ops/table.h"
#include "oracle/oracle.h"
#include "quantize/quantize.h"
#include "run/calibrator.h"
#include "run/session.h"

namespace webquant::test {
namespace {

double largest(std::span<const double> values) {
  double out = 0;
  for (const double value : values) out = std::max(out, std::abs(value));
  return out;
}

double spread(std::span<const double> values) {
  if (values.empty()) return 0;
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

// An output as the session computes it and as the oracle does from the very bytes that the session got.
struct Outcome {
  const Tensor& tensor;
  Array actual, expected;
  double error() const { return largest_difference(actual, expected); }
  double step() const { return tensor.quantization->scale[0] * 1.001; }
};

std::vector<Outcome> run(const Model& model, const Inputs& inputs) {
  const Graph& g = graph(model);
  Session session(model);
  REQUIRE(session.inputs().size() == inputs.size());
  std::vector<Array> arrays;
  for (size_t i = 0; i < inputs.size(); ++i) {
    session.write_real(i, inputs[i]);
    arrays.push_back(real_values(*g.tensors[g.inputs[i]], session.input(i)));
  }
  session.run();
  const auto expected = evaluate(model, arrays);
  std::vector<Outcome> outcomes;
  for (size_t i = 0; i < g.outputs.size(); ++i) {
    const Tensor& tensor = *g.tensors[g.outputs[i]];
    const Array& array = expected[g.outputs[i]];
    CHECK(session.outputs()[i].shape == array.shape);
    REQUIRE(session.output(i).size() == element_size(tensor.type) * array.values.size());
    outcomes.push_back({tensor, real_values(tensor, session.output(i)), array});
  }
  return outcomes;
}

// Through the bytes of a file, as users do it.
QuantResult quantize_file(const Model& model, const QuantSpec& spec, const Stats* stats = nullptr) {
  QuantResult result = quantize(model, spec, stats);
  result.model = load(save(result.model));
  return result;
}

std::vector<Array> evaluate_float(const Model& model, const Inputs& inputs) {
  const Graph& g = graph(model);
  std::vector<Array> arrays;
  for (size_t i = 0; i < inputs.size(); ++i) {
    arrays.push_back({g.tensors[g.inputs[i]]->shape, {inputs[i].begin(), inputs[i].end()}});
  }
  const auto all = evaluate(model, arrays);
  std::vector<Array> outputs;
  for (const int32_t i : g.outputs) outputs.push_back(all[i]);
  return outputs;
}

// What float rounding is relative to: the largest output or, where summands cancel out, the sum on its way there, which
// wanders off by about the root of their number.
double size_of(const OpCase& row, const Array& output) {
  const double size = largest(output.values);
  return row.sum_length > 1 ? std::max(size, std::sqrt(row.sum_length)) : size;
}

void test_float(const OpCase& row, const Model& model, const Inputs& inputs) {
  for (const Outcome& outcome : run(model, inputs)) {
    const bool quantized = row.output_type == DType::INT8 || row.output_type == DType::UINT8;
    CHECK(outcome.error() <=
          (quantized ? row.int8_steps * outcome.step() : row.tolerance * size_of(row, outcome.expected)));
  }
}

void test_fp16(const OpCase& row, const Model& model, const Inputs& inputs) {
  const QuantResult half = quantize_file(model, {.mode = Mode::kFp16});
  const auto outcomes = run(half.model, inputs);
  const auto originals = evaluate_float(model, inputs);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const double size = size_of(row, outcomes[i].expected);
    CHECK(outcomes[i].error() <= row.tolerance * size);
    // A constant moves by at most 2^-11 of its size. Without weights the result is at most proportional to the
    // constant; with weights each of them meets an input of at most 1, and the bias (at most 1) moves as well.
    const double scale = row.dynamic == Dynamic::kUnchanged ? std::max(1.0, size) : weight_gain(model, 0) + 1;
    CHECK(largest_difference(outcomes[i].actual, originals[i]) <= 0x1p-11 * scale + row.tolerance * scale);
  }
}

void test_dynamic_output(const OpCase& row, const Model& model, const Inputs& inputs, const Outcome& outcome,
                         bool per_channel) {
  const double float_bound = row.tolerance * size_of(row, outcome.expected);
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
  CHECK(outcome.error() <= (high - low) / 255 * weight_gain(model, 0) + float_bound);
  // Rounding leaves a trace: a result this close to the float one was computed in float.
  if (per_channel) CHECK(outcome.error() > float_bound);
}

void test_dynamic(const OpCase& row, const Model& model, const Inputs& inputs, bool per_channel) {
  const QuantResult dynamic =
      quantize_file(model, {.mode = Mode::kDynamicInt8, .per_channel = per_channel, .min_elements = 0});
  const bool has_int8_weights = row.dynamic == Dynamic::kInteger || row.dynamic == Dynamic::kExpanded;
  CHECK(dynamic.ops.at(0).decision == (has_int8_weights ? "dynamic-int8" : "float32"));
  for (const Outcome& outcome : run(dynamic.model, inputs))
    test_dynamic_output(row, dynamic.model, inputs, outcome, per_channel);
}

QuantResult quantize_calibrated(const Model& model, const Inputs& inputs, bool per_channel, float output_factor = 1) {
  Calibrator calibrator(model);
  for (size_t i = 0; i < inputs.size(); ++i) calibrator.session().write_real(i, inputs[i]);
  calibrator.observe();
  Stats stats = calibrator.stats();
  for (const int32_t i : graph(model).outputs) {
    if (graph(model).tensors[i]->type != DType::FLOAT32) continue;
    TensorStats& range = stats.tensors.at(graph(model).tensors[i]->name);
    range.min *= output_factor;
    range.max *= output_factor;
  }
  return quantize_file(model, {.mode = Mode::kStaticInt8, .io = DType::INT8, .per_channel = per_channel}, &stats);
}

// How far quantizing inputs and weights to 8 bits may move the result.
double rounding_bound(const OpCase& row, const Model& model, const Inputs& inputs, const Array& original) {
  double range = 0;
  for (const auto& x : inputs) {
    if (!x.empty()) range = std::max<double>(range, std::ranges::max(x) - std::ranges::min(x));
  }
  if (row.dynamic == Dynamic::kUnchanged) {
    // A part of the output, or, where inputs cancel out as in a mean near 0, two of their steps; in a sum the roundings
    // of its inputs even out.
    return 0.1 * std::max(spread(original.values), largest(original.values)) +
           2 * std::sqrt(row.sum_length) * range / 255 + row.jump;
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

  const auto outcomes = run(quantized.model, inputs);
  const auto originals = evaluate_float(model, inputs);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Outcome& outcome = outcomes[i];
    if (row.output_type != DType::FLOAT32) {
      CHECK(outcome.error() == 0);
      continue;
    }
    REQUIRE(outcome.tensor.type == DType::INT8);
    CHECK(outcome.error() <= (row.int8_stays_float ? 1 : row.int8_steps) * outcome.step());
    // Coarse, but a wrong scale or channel axis shows.
    CHECK(largest_difference(outcome.actual, originals[i]) <=
          outcome.step() + rounding_bound(row, model, inputs, originals[i]));
  }
}

// Calibration may have seen an output far smaller or larger than what comes now, or next to nothing. Integer kernels
// take a limited range of scales: beyond it another way must be found, or the operator be refused by name.
void test_far_scales(const OpCase& row, const Model& model, const Inputs& inputs) {
  for (const float factor : {0.0f, 1e-6f, 1e-4f, 1e-2f, 1e2f, 1e4f, 1e6f}) {
    INFO("with the output's range times " << factor);
    const QuantResult quantized = quantize_calibrated(model, inputs, true, factor);
    // What is computed in float32 has its rounding, which is more than a step where the step is next to nothing.
    double largest_input = 1;
    for (const auto& x : inputs) {
      if (!x.empty()) largest_input = std::max<double>(largest_input, std::ranges::max(x));
    }
    try {
      for (const Outcome& outcome : run(quantized.model, inputs)) {
        if (row.output_type != DType::FLOAT32) continue;
        CHECK(outcome.error() <= std::max(row.int8_steps, 1) * outcome.step() + 0x1p-22 * largest_input);
      }
    } catch (const Error& error) {
      // A step of a product of input and weight of 256 output steps and more has no kernel.
      CHECK((row.dynamic != Dynamic::kUnchanged && factor <= 1e-4f));
      CHECK(error.code == ErrorCode::kUnsupported);
      CHECK(error.where == op_label(quantized.model, 0));
    }
  }
}

constexpr char kTestCase[] = "operators agree with the oracle";

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
