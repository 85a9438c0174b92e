// Seeds of trouble: each is found, named, and not seen where it is not.
#include "quantize/warnings.h"

#include <algorithm>
#include <catch_amalgamated.hpp>

#include "model/load.h"
#include "support/model_builder.h"
#include "support/random.h"

namespace webquant::test {
namespace {

using Catch::Matchers::ContainsSubstring;
using Activation = tflite::ActivationFunctionType;

struct Case {
  Model model;
  Stats stats;
};

// One convolution of 4 channels with RELU6, and statistics of 64 samples without anything to say of.
Case sound() {
  Random random(1);
  ModelBuilder b("conv");
  const int x = b.input("image", {1, 4, 4, 3});
  b.output(b.conv_2d("stem", x, random.values(12), {4, 1, 1, 3}, random.values(4), {.activation = Activation::RELU6}));
  Stats stats;
  stats.samples = 64;
  stats.tensors = {{"image", {.min = -1, .max = 1}}, {"stem", {.min = 0, .max = 4}}};
  stats.details["image"] = {.min_sum = -60, .max_sum = 60, .channel_min = {}, .channel_max = {}, .channel_sum = {}};
  stats.details["stem"] = {.min_sum = 0,
                           .max_sum = 200,
                           .channel_min = {0, 0, 0, 0},
                           .channel_max = {4, 3, 2, 1},
                           .channel_sum = {64, 64, 32, 32}};
  return {load(b.save()), stats};
}

std::vector<std::string> warnings(const Case& c) { return calibration_warnings(c.model, c.stats); }

void check_one(const Case& c, const std::vector<std::string>& parts) {
  const auto found = warnings(c);
  CAPTURE(found);
  REQUIRE(found.size() == 1);
  for (const auto& part : parts) CHECK_THAT(found[0], ContainsSubstring(part));
}

TEST_CASE("sound statistics give no warning, nor do those without details") {
  Case c = sound();
  CHECK(warnings(c).empty());
  c.stats.details.clear();
  CHECK(warnings(c).empty());
}

TEST_CASE("few samples are worth a warning") {
  Case c = sound();
  c.stats.samples = 32;
  c.stats.details.clear();
  CHECK(warnings(c).empty());
  c.stats.samples = 31;
  check_one(c, {"31 samples", "32"});
}

TEST_CASE("a range that one sample sets is found in inputs and operators, where min-max keeps it") {
  Case c = sound();
  c.stats.tensors["image"].max = 200;
  c.stats.details["image"].max_sum = 260;
  check_one(c, {"input \"image\"", "-1 to 200", "percentile"});
  c.stats.options.method = Method::kPercentile;
  CHECK(warnings(c).empty());

  c = sound();
  c.stats.tensors["stem"].max = 6;
  c.stats.details["stem"].max_sum = 6 + 63;
  check_one(c, {"CONV_2D #0 \"stem\"", "0 to 6"});
}

TEST_CASE("channels that never change are counted") {
  Case c = sound();
  c.stats.details["stem"].channel_max[1] = 0;
  c.stats.details["stem"].channel_min[2] = 2;
  check_one(c, {"CONV_2D #0 \"stem\"", "2 of 4 channels", "the first is 1, always 0"});
}

TEST_CASE("a channel that is far larger than all others is named") {
  Case c = sound();
  c.stats.details["stem"].channel_max = {0.25f, 6, 0.2f, 0.1f};
  check_one(c, {"CONV_2D #0 \"stem\"", "channel 1 reaches 6", "0.25", "equalize"});
}

TEST_CASE("inputs that drive the first clamp to its end are called into question") {
  Case c = sound();
  c.stats.tensors["image"] = {.min = 0, .max = 255};
  c.stats.details["image"] = {.min_sum = 0, .max_sum = 16320, .channel_min = {}, .channel_max = {}, .channel_sum = {}};
  c.stats.details["stem"].channel_sum = {6 * 64, 0, 4 * 64, 3 * 64};
  check_one(c, {"CONV_2D #0 \"stem\"", "clamped", "normalised", "\"image\" has values from 0 to 255"});
}

}  // namespace
}  // namespace webquant::test
