// Comparing two models: figures, verdicts, labels, layers.
#include "compare/compare.h"

#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>

#include "compare/metrics.h"
#include "model/load.h"
#include "model/save.h"
#include "quantize/quantize.h"
#include "run/calibrator.h"
#include "support/comparable.h"
#include "support/model_builder.h"
#include "support/models.h"

namespace webquant::test {
namespace {

Values run(Session& session, const Values& input) {
  session.write_real(0, input);
  session.run();
  Values out(element_count(session.outputs()[0].shape, "output"));
  session.read_real(0, out);
  return out;
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
