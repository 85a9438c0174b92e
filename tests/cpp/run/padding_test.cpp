// Padding with minus infinity, as converters write it in front of a MAX_POOL_2D: from calibration to INT8.
#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <limits>

#include "compare/compare.h"
#include "model/load.h"
#include "quantize/quantize.h"
#include "run/calibrator.h"
#include "run/session.h"
#include "support/model_builder.h"
#include "support/quantized.h"
#include "support/random.h"

namespace webquant::test {

TEST_CASE("infinite padding does not spoil static INT8") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  const auto method = GENERATE(Method::kMinMax, Method::kPercentile);
  const float value = GENERATE(-std::numeric_limits<float>::infinity(), std::numeric_limits<float>::lowest(), -3e38f);
  const Shape shape = {1, 5, 5, 4};
  ModelBuilder b("padded");
  const int x = b.input("x", shape);
  const int32_t around[] = {0, 0, 1, 1, 1, 1, 0, 0};
  const int y =
      b.op(OpCode::PADV2, "y", {x, b.constant("around", {4, 2}, around), b.constant("value", {}, std::vector{value})});
  tflite::Pool2DOptionsT pool;
  pool.padding = tflite::Padding::VALID;
  pool.filter_width = pool.filter_height = 3;
  pool.stride_w = pool.stride_h = 2;
  tflite::BuiltinOptionsUnion options;
  options.Set(std::move(pool));
  b.output(b.op(OpCode::MAX_POOL_2D, "z", {y}, std::move(options)));
  const Model model = load(b.save());

  Calibrator calibrator(model, {.method = method});
  for (int sample = 0; sample < 4; ++sample) {
    calibrator.session().write_real(0, random.values(100, -1, 1));
    calibrator.observe();
  }
  const Model quantized = quantize_checked(model, {}, &calibrator.stats()).model;
  Session expected(model), actual(quantized);
  std::vector<float> wanted(36), got(36);
  const auto input = random.values(100, -0.9f, 0.9f);
  for (auto [session, out] : {std::pair(&expected, &wanted), std::pair(&actual, &got)}) {
    session->write_real(0, input);
    session->run();
    session->read_real(0, *out);
  }
  for (size_t i = 0; i < wanted.size(); ++i) REQUIRE(got[i] == Catch::Approx(wanted[i]).margin(1.01 / 255));

  Comparator comparator(model, quantized, /*layers=*/true);
  comparator.write_real(0, input);
  comparator.add_sample(-1);
  const auto layers = comparator.report().layers;
  CHECK(std::ranges::count(layers, "MAX_POOL_2D", &LayerMetrics::type) == 1);
  for (const auto& layer : layers) CHECK(std::isfinite(layer.cosine));
}

}  // namespace webquant::test
