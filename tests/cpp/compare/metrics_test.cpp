#include "compare/metrics.h"

#include <catch_amalgamated.hpp>
#include <cmath>
#include <limits>

#include "support/random.h"

namespace webquant {
namespace {

using Catch::Approx;
using Values = std::vector<float>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

ErrorSums errors_between(const Values& reference, const Values& candidate) {
  ErrorSums sums;
  sums.add(reference, candidate);
  return sums;
}

TEST_CASE("Error figures follow their definitions") {
  const ErrorSums sums = errors_between({3, 0, -4}, {3, 1, -2});
  CHECK(sums.max_abs() == 2);
  CHECK(sums.mean_abs() == Approx(1));
  CHECK(sums.mse() == Approx(5.0 / 3));
  CHECK(sums.cosine() == Approx(17 / (5 * std::sqrt(14.0))));
  CHECK(sums.sqnr_db() == Approx(10 * std::log10(25.0 / 5)));
}

TEST_CASE("Errors of a stream do not depend on how it is cut") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  test::Random random(Catch::getSeed());
  const Values reference = random.values(100, -5, 5), candidate = random.values(100, -5, 5);
  const ErrorSums whole = errors_between(reference, candidate);
  ErrorSums cut;
  for (size_t start = 0; start < 100; start += 20) {
    cut.add(std::span(reference).subspan(start, 20), std::span(candidate).subspan(start, 20));
  }
  CHECK(cut.max_abs() == whole.max_abs());
  CHECK(cut.mse() == whole.mse());
  CHECK(cut.cosine() == whole.cosine());
  CHECK(cut.sqnr_db() == whole.sqnr_db());
}

TEST_CASE("Equal, silent and broken streams have defined errors") {
  const ErrorSums equal = errors_between({1, -2}, {1, -2});
  CHECK(equal.sqnr_db() == kInfinity);
  CHECK(equal.cosine() == Approx(1));
  CHECK(equal.cosine() <= 1);
  const ErrorSums zeros = errors_between({0, 0}, {0, 0});
  CHECK(zeros.sqnr_db() == kInfinity);
  CHECK(zeros.cosine() == 1);
  const ErrorSums noise = errors_between({0, 0}, {1, 0});
  CHECK(noise.sqnr_db() == -kInfinity);
  CHECK(noise.cosine() == 0);
  CHECK(errors_between({}, {}).mse() == 0);
  CHECK(errors_between({1, -2}, {-1, 2}).cosine() == Approx(-1));
  const ErrorSums broken = errors_between({1, 2, 3}, {1, kNaN, 3});
  CHECK(std::isnan(broken.max_abs()));
  CHECK(std::isnan(broken.sqnr_db()));
  CHECK(std::isnan(broken.cosine()));
}

TEST_CASE("Agreement counts rows, the first of equal scores being the top one") {
  ClassSums sums(7);
  const Values reference = {7, 6, 5, 4, 3, 2, 1};
  sums.add(reference, Values{9, 0, 0, 0, 0, 0, 0});  // the same class
  CHECK(sums.top1_agreement() == 1);
  sums.add(reference, Values{0, 0, 0, 0, 9, 0, 0});  // the reference's fifth
  CHECK(sums.top1_agreement() == 0.5);
  CHECK(sums.top5_agreement() == 1);
  sums.add(reference, Values{0, 0, 0, 0, 0, 9, 9});  // its sixth
  CHECK(sums.top1_agreement() == Approx(1.0 / 3));
  CHECK(sums.top5_agreement() == Approx(2.0 / 3));
  sums.add(reference, Values{9, 9, 9, 9, 9, 9, 9});
  CHECK(sums.top1_agreement() == 0.5);
  CHECK_FALSE(sums.are_probabilities());

  ClassSums rows(2);  // two rows in one call
  rows.add(Values{1, 0, 0, 1}, Values{1, 0, 1, 0});
  CHECK(rows.top1_agreement() == 0.5);
  CHECK(rows.are_probabilities());
}

TEST_CASE("The shift is that of the reference's top class, in percentage points") {
  ClassSums sums(3);
  sums.add(Values{0.7f, 0.2f, 0.1f}, Values{0.72f, 0.1f, 0.18f});
  sums.add(Values{0.1f, 0.5f, 0.4f}, Values{0.1f, 0.44f, 0.5f});
  CHECK(sums.are_probabilities());
  CHECK(sums.mean_shift_percent() == Approx(4).epsilon(1e-5));
  CHECK(sums.max_shift_percent() == Approx(6).epsilon(1e-5));
}

TEST_CASE("Only distributions are taken for probabilities") {
  const auto judged = [](const Values& reference, const Values& candidate) {
    ClassSums sums(reference.size());
    sums.add(reference, candidate);
    return sums.are_probabilities();
  };
  const Values good = {0.7f, 0.2f, 0.1f};
  CHECK(judged(good, good));
  CHECK(judged(good, {0.7f, 0.25f, 0.15f}));  // the candidate's sum is not judged
  CHECK(judged({0.705f, 0.2f, 0.1f}, good));
  CHECK_FALSE(judged({0.75f, 0.2f, 0.1f}, good));
  CHECK_FALSE(judged({1.2f, -0.1f, -0.1f}, good));
  CHECK_FALSE(judged(good, {1.2f, 0, 0}));
  CHECK_FALSE(judged(good, {kNaN, 0, 0}));
  CHECK_FALSE(judged({kNaN, 0, 0}, good));
  CHECK_FALSE(judged({1}, {1}));  // a single score
  CHECK_FALSE(ClassSums(3).are_probabilities());
  ClassSums once_not(3);
  once_not.add(Values{5, 2, 1}, good);
  once_not.add(good, good);
  CHECK_FALSE(once_not.are_probabilities());
}

TEST_CASE("Scores run along the only large dimension, or the last") {
  CHECK(class_count({1, 1000}) == 1000);
  CHECK(class_count({1, 1, 1, 10}) == 10);
  CHECK(class_count({1, 10, 1, 1}) == 10);
  CHECK(class_count({7}) == 7);
  CHECK(class_count({1, 16, 16, 21}) == 21);
  CHECK(class_count({4, 10}) == 10);
  CHECK(class_count({1, 16, 16, 1}) == 1);
  CHECK(class_count({1, 1}) == 1);
  CHECK(class_count({}) == 1);
}

}  // namespace
}  // namespace webquant
