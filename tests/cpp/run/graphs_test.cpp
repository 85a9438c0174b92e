// Whole graphs: operators in any combination, and graphs of unusual form.
#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <cstring>

#include "model/load.h"
#include "model/save.h"
#include "ops/table.h"
#include "oracle/oracle.h"
#include "quantize/quantize.h"
#include "run/calibrator.h"
#include "run/session.h"
#include "support/random_graph.h"

namespace webquant::test {
namespace {

using Inputs = std::vector<std::vector<float>>;

double largest(std::span<const double> values) {
  double out = 0;
  for (const double value : values) out = std::max(out, std::abs(value));
  return out;
}

Inputs random_inputs(const Model& model, Random& random) {
  Inputs inputs;
  for (const int32_t i : graph(model).inputs) inputs.push_back(random.values(count_of(graph(model).tensors[i]->shape)));
  return inputs;
}

void run(Session& session, const Inputs& inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) session.write_real(i, inputs[i]);
  session.run();
}

// How far an operator may be off, given what it was fed with; see ops_xnn_test for where the figures come from.
double bound_of(const Model& model, size_t op, const std::vector<Array>& arrays, const Array& expected) {
  const Graph& g = graph(model);
  const Operator& node = *g.operators[op];
  const Tensor& output = *g.tensors[node.outputs[0]];
  if (output.quantization && !output.quantization->scale.empty()) return output.quantization->scale[0] * 1.001;
  const double float_bound = 1e-5 * std::max(1.0, largest(expected.values));
  const OpCode code = op_code(model, node);
  if (code != OpCode::CONV_2D && code != OpCode::TRANSPOSE_CONV && code != OpCode::FULLY_CONNECTED) return float_bound;
  if (g.tensors[node.inputs[1]]->type != DType::INT8) return float_bound;
  const auto& x = arrays[node.inputs[find_op(code)->quant.data]].values;
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  return (std::max(*high, 0.0) - std::min(*low, 0.0)) / 255 * weight_gain(model, op) + float_bound;
}

// Each operator gives what the oracle makes of the very values that it got.
void check_each_operator(const Model& model, const Inputs& inputs) {
  const Graph& g = graph(model);
  Session session(model, {.observe = true});
  run(session, inputs);
  std::vector<Array> arrays = constants_of(model);
  std::vector<const Session::Activation*> by_op(g.operators.size());
  for (size_t i = 0; i < inputs.size(); ++i)
    arrays[g.inputs[i]] = real_values(*g.tensors[g.inputs[i]], session.input(i));
  for (const auto& activation : session.activations()) {
    if (activation.op >= 0) by_op.at(activation.op) = &activation;
  }
  for (size_t n = 0; n < g.operators.size(); ++n) {
    const int32_t output = g.operators[n]->outputs[0];
    INFO(op_label(model, n));
    Array expected = evaluate_op(model, n, arrays).at(0);
    if (!by_op[n]) {  // only what dequantizes a constant is not observed
      REQUIRE(op_code(model, *g.operators[n]) == OpCode::DEQUANTIZE);
      arrays[output] = std::move(expected);
      continue;
    }
    arrays[output] = real_values(*g.tensors[output], by_op[n]->data);
    double error = 0;
    for (size_t i = 0; i < expected.values.size(); ++i) {
      const double difference = std::abs(arrays[output].values[i] - expected.values[i]);
      error = std::max(error, std::isnan(difference) ? HUGE_VAL : difference);
    }
    REQUIRE(error <= bound_of(model, n, arrays, expected));
  }

  // Without observers XNNPACK may fuse operators and reuse memory: the same comes out.
  Session plain(model);
  for (int repeat = 0; repeat < 2; ++repeat) {
    run(plain, inputs);
    for (size_t i = 0; i < plain.outputs().size(); ++i) {
      const Tensor& tensor = *g.tensors[g.outputs[i]];
      const Array a = real_values(tensor, plain.output(i)), b = real_values(tensor, session.output(i));
      INFO("output " << tensor.name);
      REQUIRE(a.values == b.values);
    }
  }
}

constexpr char kTestCase[] = "operators get along with each other";

}  // namespace

TEST_CASE(kTestCase, "[graphs]") {
  for (uint32_t i = 0; i < 40; ++i) {
    DYNAMIC_SECTION("graph " << i) {
      INFO(repeat_command(kTestCase, text("graph ", i), Catch::getSeed()));
      Random random(Catch::getSeed() + 0x9e3779b9 * i);  // no graph of a neighbouring seed
      const Model model = random_graph(random);
      const Inputs inputs = random_inputs(model, random);
      try {
        Calibrator calibrator(model);
        run(calibrator.session(), inputs);
        calibrator.observe();
        // Other values than the calibrated ones, so that some saturate.
        const Inputs others = random_inputs(model, random);
        const auto excluded = [&](const std::string& name) { return i % 2 == 1 && name.size() % 5 == 0; };
        check_each_operator(model, others);
        for (const QuantSpec& spec :
             {QuantSpec{.mode = Mode::kFp16}, QuantSpec{.mode = Mode::kDynamicInt8, .min_elements = 0},
              QuantSpec{.excluded = excluded}, QuantSpec{.io = DType::INT8, .excluded = excluded},
              QuantSpec{.io = DType::UINT8, .per_channel = false, .symmetric = true}}) {
          INFO("mode " << static_cast<int>(spec.mode) << ", io " << to_string(spec.io));
          check_each_operator(load(save(quantize(model, spec, &calibrator.stats()).model)), others);
        }
      } catch (const Error& error) {
        FAIL_CHECK(to_string(error.code) << " at " << error.where << ": " << error.message);
      }
    }
  }
}

}  // namespace webquant::test
