// Comparing two models: matching of inputs and outputs, figures, verdicts, labels, layers.
#include "compare/compare.h"

#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "compare/metrics.h"
#include "model/save.h"
#include "quantize/quantize.h"
#include "run/calibrator.h"
#include "support/model_builder.h"
#include "support/models.h"

namespace webquant::test {
namespace {

using Values = std::vector<float>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check_refused(const std::string& where, const std::function<void()>& action) {
  try {
    action();
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code == ErrorCode::kInvalidInput);
    CHECK(error.where == where);
    CHECK_FALSE(error.message.empty());
  }
}

Values run(Session& session, const Values& input) {
  session.write_real(0, input);
  session.run();
  Values out(element_count(session.outputs()[0].shape, "output"));
  session.read_real(0, out);
  return out;
}

Comparison compare(const Model& reference, const Model& candidate, const std::vector<Values>& samples,
                   bool layers = false) {
  Comparator comparator(reference, candidate, layers);
  for (const Values& sample : samples) {
    comparator.write_real(0, sample);
    comparator.add_sample(-1);
  }
  return comparator.report();
}

// y = x + bias, for x of as many elements as bias.
Model shifted(const Values& bias, const std::string& output = "y") {
  const auto n = static_cast<int32_t>(bias.size());
  Values identity(bias.size() * bias.size());
  for (size_t i = 0; i < bias.size(); ++i) identity[i * bias.size() + i] = 1;
  ModelBuilder b("shifted");
  b.output(b.fully_connected(output, b.input("x", {1, n}), identity, {n, n}, bias));
  return load(b.save());
}

// Two inputs and two outputs, "sum" = first + second and "product" = first * second.
Model two_by_two(bool swap_inputs, bool swap_outputs, const std::string& prefix = "") {
  ModelBuilder b("two by two");
  const int first = b.input(prefix + "first", {1, 3}), second = b.input(prefix + "second", {1, 3});
  const int sum = b.add(prefix + "sum", first, second);
  const int product = b.op(OpCode::MUL, prefix + "product", {sum, second});
  b.output(sum);
  b.output(product);
  if (swap_inputs) std::ranges::reverse(graph(b.model()).inputs);
  if (swap_outputs) std::ranges::reverse(graph(b.model()).outputs);
  return load(b.save());
}

struct Fixture {
  Random random{Catch::getSeed()};
  Model model = small_classifier(random);
  std::vector<Values> samples;

  Fixture() {
    for (int i = 0; i < 3; ++i) samples.push_back(random.values(8 * 8 * 3, 0, 1));
  }
  Model quantized(QuantSpec spec) {
    Calibrator calibrator(model);
    for (const Values& sample : samples) {
      calibrator.session().write_real(0, sample);
      calibrator.observe();
    }
    return load(save(quantize(model, spec, &calibrator.stats()).model));
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a model does not differ from itself", "[compare]") {
  const Comparison result = compare(model, model, samples, true);
  CHECK(result.samples == 3);
  REQUIRE(result.outputs.size() == 1);
  const OutputMetrics& output = result.outputs[0];
  CHECK(output.name == "probabilities");
  CHECK(output.max_abs == 0);
  CHECK(output.mse == 0);
  CHECK(output.cosine == Catch::Approx(1));
  CHECK(output.sqnr_db == kInfinity);
  CHECK(output.top1_agreement == 1);
  CHECK(output.top5_agreement == 1);
  CHECK(result.has_probabilities);
  CHECK(result.max_shift_percent == 0);
  CHECK(result.verdict == "very-good");
  CHECK_FALSE(result.has_accuracy);
  const Graph& g = graph(model);
  REQUIRE(result.layers.size() == g.operators.size());
  for (size_t i = 0; i < g.operators.size(); ++i) {
    CHECK(result.layers[i].op == op_name(model, i));
    CHECK(result.layers[i].type == op_type(model, *g.operators[i]));
    CHECK(result.layers[i].sqnr_db == kInfinity);
    CHECK(result.layers[i].cosine == Catch::Approx(1));
  }
}

TEST_CASE_METHOD(Fixture, "figures are those of the two models run by hand", "[compare]") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  const QuantSpec spec =
      GENERATE(QuantSpec{.mode = Mode::kFp16}, QuantSpec{.mode = Mode::kDynamicInt8, .min_elements = 0}, QuantSpec{},
               QuantSpec{.io = DType::INT8}, QuantSpec{.io = DType::UINT8});
  const Model candidate = quantized(spec);
  Session reference_session(model), candidate_session(candidate);
  ErrorSums errors;
  double shift = 0, max_shift = 0;
  int same_top = 0;
  for (const Values& sample : samples) {
    const Values expected = run(reference_session, sample), actual = run(candidate_session, sample);
    errors.add(expected, actual);
    const size_t top = top_class(expected);
    same_top += top == top_class(actual);
    shift += 100 * std::abs(double{actual[top]} - expected[top]) / 3;
    max_shift = std::max(max_shift, 100 * std::abs(double{actual[top]} - expected[top]));
  }
  REQUIRE(errors.max_abs() > 0);

  const Comparison result = compare(model, candidate, samples);
  const OutputMetrics& output = result.outputs.at(0);
  CHECK(output.max_abs == errors.max_abs());
  CHECK(output.mean_abs == Catch::Approx(errors.mean_abs()));
  CHECK(output.mse == Catch::Approx(errors.mse()));
  CHECK(output.cosine == Catch::Approx(errors.cosine()));
  CHECK(output.sqnr_db == Catch::Approx(errors.sqnr_db()));
  CHECK(output.top1_agreement == Catch::Approx(same_top / 3.0));
  CHECK(result.has_probabilities);
  CHECK(result.mean_shift_percent == Catch::Approx(shift));
  CHECK(result.max_shift_percent == Catch::Approx(max_shift));
  CHECK(result.layers.empty());
}

TEST_CASE_METHOD(Fixture, "layers are compared by name, dequantized", "[compare]") {
  const Model candidate = quantized({});
  const Comparison result = compare(model, candidate, {samples[0]}, true);
  REQUIRE(result.layers.size() == graph(model).operators.size());
  for (const LayerMetrics& layer : result.layers) {
    CAPTURE(layer.op, layer.sqnr_db);
    CHECK(layer.sqnr_db > 10);
    CHECK(layer.sqnr_db < 100);
    CHECK(layer.cosine > 0.9);
  }

  Session reference_session(model, {.observe = true}), candidate_session(candidate, {.observe = true});
  run(reference_session, samples[0]);
  run(candidate_session, samples[0]);
  const auto stem_of = [](const Session& session) {
    return *std::ranges::find(session.activations(), "stem", &Session::Activation::name);
  };
  const auto expected = stem_of(reference_session), actual = stem_of(candidate_session);
  REQUIRE(actual.dtype == DType::INT8);
  Values real(actual.data.size());
  dequantize_values(std::span(reinterpret_cast<const int8_t*>(actual.data.data()), real.size()), actual.quant, real);
  ErrorSums errors;
  errors.add({reinterpret_cast<const float*>(expected.data.data()), real.size()}, real);
  CHECK(result.layers[0].op == "stem");
  CHECK(result.layers[0].type == "CONV_2D");
  CHECK(result.layers[0].sqnr_db == Catch::Approx(errors.sqnr_db()));
}

TEST_CASE("layers with other names are known by the operators, or left out", "[compare]") {
  const Comparison renamed = compare(shifted({0, 0}), shifted({0, 0}, "another"), {{1, 2}}, true);
  REQUIRE(renamed.layers.size() == renamed.outputs.size());
  CHECK(renamed.layers[0].sqnr_db == kInfinity);
  CHECK(renamed.outputs.at(0).sqnr_db == kInfinity);

  ModelBuilder b("another operator");
  const int x = b.input("x", {1, 2});
  b.output(b.op(OpCode::MUL, "product", {x, x}));
  const Comparison other = compare(shifted({0, 0}), load(b.save()), {{1, 2}}, true);
  CHECK(other.layers.empty());
}

// One output of two values, and one of three.
Model of_two_sizes(bool swap_outputs, const std::string& prefix) {
  ModelBuilder b("two sizes");
  const int two = b.input("two", {1, 2}), three = b.input("three", {1, 3});
  b.output(b.add(prefix + "of two", two, two));
  b.output(b.add(prefix + "of three", three, three));
  if (swap_outputs) std::ranges::reverse(graph(b.model()).outputs);
  return load(b.save());
}

TEST_CASE("renamed outputs in another order are matched by size", "[compare]") {
  Comparator comparator(of_two_sizes(false, ""), of_two_sizes(true, "my "), false);
  comparator.write_real(0, Values{1, 2});
  comparator.write_real(1, Values{40, 50, 60});
  comparator.add_sample(-1);
  const Comparison result = comparator.report();
  CHECK(result.outputs[0].name == "of two");
  for (const OutputMetrics& output : result.outputs) CHECK(output.mse == 0);
}

TEST_CASE("inputs and outputs are matched by name, else by order", "[compare]") {
  const bool swap_inputs = GENERATE(false, true), swap_outputs = GENERATE(false, true);
  const Model reference = two_by_two(false, false);
  const auto compare_with = [&](const Model& candidate) {
    Comparator comparator(reference, candidate, false);
    comparator.write_real(0, Values{1, 2, 3});
    comparator.write_real(1, Values{40, 50, 60});
    comparator.add_sample(-1);
    return comparator.report();
  };
  const Comparison same_names = compare_with(two_by_two(swap_inputs, swap_outputs));
  REQUIRE(same_names.outputs.size() == 2);
  CHECK(same_names.outputs[0].name == "sum");
  CHECK(same_names.outputs[1].name == "product");
  CHECK(same_names.outputs[0].mse == 0);
  CHECK(same_names.outputs[1].mse == 0);

  const Comparison other_names = compare_with(two_by_two(swap_inputs, swap_outputs, "my_"));
  CHECK(other_names.outputs[0].name == "sum");
  CHECK((other_names.outputs[0].mse == 0) == !swap_outputs);
  CHECK((other_names.outputs[1].mse == 0) == (!swap_outputs && !swap_inputs));
}

TEST_CASE_METHOD(Fixture, "models that do not fit together are refused", "[compare]") {
  check_refused("candidate", [&] { Comparator(shifted({0, 0}), shifted({0, 0, 0}), false); });
  check_refused("candidate", [&] { Comparator(shifted({0, 0}), two_by_two(false, false), false); });
  check_refused("candidate", [&] { Comparator(model, shifted({0, 0}), true); });
  Model one_output = two_by_two(false, false);
  graph(one_output).outputs.pop_back();
  check_refused("candidate", [&] { Comparator(two_by_two(false, false), one_output, false); });
}

TEST_CASE("the verdict follows the mean shift of probabilities", "[compare]") {
  const auto verdict = [](float shift) {
    const Comparison result = compare(shifted({0, 0}), shifted({shift, -shift}), {{0.7f, 0.3f}});
    CHECK(result.has_probabilities);
    CHECK(result.mean_shift_percent == Catch::Approx(100 * std::abs(shift)).epsilon(1e-4));
    return result.verdict;
  };
  CHECK(verdict(0.0099f) == "very-good");
  CHECK(verdict(-0.0101f) == "acceptable");
  CHECK(verdict(0.0299f) == "acceptable");
  CHECK(verdict(-0.0301f) == "reconsider");
}

TEST_CASE("without probabilities the verdict follows the SQNR", "[compare]") {
  const auto verdict = [](float shift) {
    const Comparison result = compare(shifted({0, 0}), shifted({shift, -shift}), {{7, 3}});
    CHECK_FALSE(result.has_probabilities);
    CHECK(result.mean_shift_percent == 0);
    CHECK(result.outputs.at(0).sqnr_db == Catch::Approx(10 * std::log10(58 / (2 * shift * shift))).epsilon(1e-3));
    return result.verdict;
  };
  CHECK(verdict(0.1f) == "very-good");   // 34.6 dB
  CHECK(verdict(0.4f) == "acceptable");  // 22.6 dB
  CHECK(verdict(1) == "reconsider");     // 14.6 dB
}

TEST_CASE("one bad sample ends the talk of probabilities", "[compare]") {
  const Model model = shifted({0, 0});
  CHECK(compare(model, model, {{0.7f, 0.3f}, {0.5f, 0.5f}}).has_probabilities);
  CHECK_FALSE(compare(model, model, {{0.7f, 0.3f}, {5, 2}}).has_probabilities);
}

TEST_CASE("labels give the accuracy of both models", "[compare]") {
  // The candidate turns classes 0 and 1 round where they are close.
  Comparator comparator(shifted({0, 0, 0}), shifted({-1, 0, 0}), false);
  const auto add = [&](const Values& scores, int label) {
    comparator.write_real(0, scores);
    comparator.add_sample(label);
  };
  add({5, 1, 0}, 0);
  add({5, 4.5f, 0}, 0);
  add({5, 1, 9}, 1);
  add({5, 4.5f, 0}, 1);
  add({5, 4.5f, 0}, -1);  // counts for the agreement only
  const Comparison result = comparator.report();
  CHECK(result.samples == 5);
  CHECK(result.has_accuracy);
  CHECK(result.reference_accuracy == 0.5);
  CHECK(result.candidate_accuracy == 0.5);
  CHECK(result.outputs.at(0).top1_agreement == Catch::Approx(2.0 / 5));
  CHECK(result.outputs.at(0).top5_agreement == 1);
}

TEST_CASE("bad labels and reports of nothing are refused, and change nothing", "[compare]") {
  Comparator comparator(shifted({0, 0}), shifted({1, 0}), false);
  check_refused("samples", [&] { comparator.report(); });
  comparator.write_real(0, Values{0.6f, 0.4f});
  check_refused("options.labels", [&] { comparator.add_sample(2); });
  check_refused("options.labels", [&] { comparator.add_sample(-2); });
  check_refused("samples", [&] { comparator.report(); });
  comparator.add_sample(1);
  CHECK(comparator.report().samples == 1);

  ModelBuilder b("several rows");
  const int x = b.input("x", {2, 2});
  b.output(b.add("y", x, x));
  const Model rows = load(b.save());
  Comparator several(rows, rows, false);
  several.write_real(0, Values{1, 2, 3, 4});
  check_refused("options.labels", [&] { several.add_sample(0); });
  several.add_sample(-1);
  CHECK(several.report().outputs.at(0).top1_agreement == 1);
}

}  // namespace webquant::test
