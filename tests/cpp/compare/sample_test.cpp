// What a comparison tells of each sample alone, and a reference that runs once for several candidates.
#include "compare/sample.h"

#include <catch_amalgamated.hpp>
#include <cmath>
#include <memory>

#include "compare/reference.h"
#include "model/load.h"
#include "support/comparable.h"
#include "support/model_builder.h"

namespace webquant::test {
namespace {

const std::vector<Values> kSamples = {{0.7f, 0.3f}, {0.45f, 0.55f}, {7, 3}};

Comparison compare_with(const std::shared_ptr<Reference>& reference, const Model& candidate,
                        const std::vector<Values>& samples) {
  Comparator comparator(reference, candidate);
  comparator.keep_samples();
  for (size_t i = 0; i < samples.size(); ++i) {
    comparator.write_real(0, samples[i]);
    comparator.add_sample(-1, i);
  }
  return comparator.report();
}

void check_same(const Comparison& a, const Comparison& b) {
  REQUIRE(a.samples == b.samples);
  CHECK(a.verdict == b.verdict);
  CHECK(a.mean_shift_percent == b.mean_shift_percent);
  REQUIRE(a.outputs.size() == b.outputs.size());
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    CHECK(a.outputs[i].max_abs == b.outputs[i].max_abs);
    CHECK(a.outputs[i].mse == b.outputs[i].mse);
    CHECK(a.outputs[i].sqnr_db == b.outputs[i].sqnr_db);
  }
}

TEST_CASE("each sample has figures of its own, on request", "[compare]") {
  const Model reference = shifted({0, 0}), candidate = shifted({-0.25f, 0});
  CHECK(compare(reference, candidate, kSamples).per_sample.empty());
  const Comparison all = compare_with(std::make_shared<Reference>(reference), candidate, kSamples);
  REQUIRE(all.per_sample.size() == kSamples.size());
  for (size_t i = 0; i < kSamples.size(); ++i) {
    const Comparison alone = compare(reference, candidate, {kSamples[i]});
    const SampleMetrics& sample = all.per_sample[i];
    REQUIRE(sample.outputs.size() == 1);
    CHECK(sample.outputs[0].max_abs == alone.outputs[0].max_abs);
    CHECK(sample.outputs[0].mean_abs == alone.outputs[0].mean_abs);
    CHECK(sample.outputs[0].mse == alone.outputs[0].mse);
    CHECK(sample.outputs[0].cosine == alone.outputs[0].cosine);
    CHECK(sample.outputs[0].sqnr_db == alone.outputs[0].sqnr_db);
    CHECK(sample.outputs[0].range == std::abs(double{kSamples[i][0]} - kSamples[i][1]));
    CHECK(sample.shift_percent.has_value() == alone.has_probabilities);
    if (sample.shift_percent) CHECK(*sample.shift_percent == alone.mean_shift_percent);
  }
  // 0.7 - 0.25 is still above 0.3; 0.45 - 0.25 was not the top class anyway.
  CHECK(all.per_sample[0].shift_percent.has_value());
  CHECK_FALSE(all.per_sample[2].shift_percent.has_value());
  CHECK(all.per_sample[0].reference_class == size_t{0});
  CHECK(all.per_sample[0].candidate_class == size_t{0});
  CHECK(all.per_sample[1].reference_class == size_t{1});
  const Comparison turned = compare_with(std::make_shared<Reference>(reference), shifted({-1, 0}), {{0.7f, 0.3f}});
  CHECK(turned.per_sample[0].reference_class == size_t{0});
  CHECK(turned.per_sample[0].candidate_class == size_t{1});
}

TEST_CASE("outputs of several rows, or of one score, have no top class", "[compare]") {
  ModelBuilder b("rows");
  const int x = b.input("x", {2, 2});
  b.output(b.add("y", x, x));
  const Model rows = load(b.save());
  const Comparison of_rows = compare_with(std::make_shared<Reference>(rows), rows, {{1, 2, 3, 4}});
  CHECK_FALSE(of_rows.per_sample[0].reference_class.has_value());
  const Comparison of_one = compare_with(std::make_shared<Reference>(shifted({0})), shifted({1}), {{5}});
  CHECK_FALSE(of_one.per_sample[0].candidate_class.has_value());
}

TEST_CASE("a shared reference runs once a sample, and the figures are the same", "[compare]") {
  const Model model = shifted({0, 0});
  const std::vector<Model> candidates = [] {
    std::vector<Model> out;
    for (const float shift : {0.01f, 0.1f, 1.0f}) out.push_back(shifted({shift, -shift}));
    return out;
  }();
  const auto reference = std::make_shared<Reference>(model);
  for (const Model& candidate : candidates) {
    check_same(compare_with(reference, candidate, kSamples), compare(model, candidate, kSamples));
  }
  CHECK(reference->runs() == kSamples.size());
  // A sample without a number is nobody's: the model runs, also after one that it did not have to run for.
  Comparator unnumbered(reference, candidates[0]);
  unnumbered.write_real(0, Values{3, 4});
  unnumbered.add_sample(-1);
  CHECK(unnumbered.report().outputs[0].max_abs == Catch::Approx(0.01).epsilon(1e-3));
  CHECK(reference->runs() == kSamples.size() + 1);
}

TEST_CASE("outputs are kept as far as there is room", "[compare]") {
  const Model model = shifted({0, 0}), candidate = shifted({1, 0});
  // Room for the outputs of two samples.
  const auto reference = std::make_shared<Reference>(model, false, 2 * 2 * sizeof(float) + 1);
  const Comparison expected = compare(model, candidate, kSamples);
  check_same(compare_with(reference, candidate, kSamples), expected);
  CHECK(reference->runs() == 3);
  check_same(compare_with(reference, candidate, kSamples), expected);
  CHECK(reference->runs() == 4);
}

}  // namespace
}  // namespace webquant::test
