// Heads of detectors, whose outputs mix values of unlike kinds: static INT8 must keep every channel usable by default.
#include <algorithm>
#include <catch_amalgamated.hpp>
#include <cmath>
#include <string>

#include "model/load.h"
#include "quantize/quantize.h"
#include "run/calibrator.h"
#include "run/session.h"
#include "support/model_builder.h"
#include "support/random.h"

namespace webquant::test {
namespace {

constexpr int kSize = 6, kFeatures = 8, kSamples = 8;

// One kind of values that a head gives for each of its places.
struct Kind {
  int channels;
  float size;     // about the largest value
  bool is_score;  // behind a LOGISTIC
};

constexpr Kind kKinds[] = {{4, 600, false}, {5, 1, true},      {10, 200, false},
                           {1, 8, false},   {2, 0.05f, false}, {3, 30, false}};

std::vector<float> weights(Random& random, size_t count, float largest) {
  return random.values(count, -largest, largest);
}

// A convolution whose channels are about as large as their kinds say.
int mixed_conv(ModelBuilder& b, Random& random, const std::string& name, int x, const std::vector<Kind>& kinds) {
  std::vector<float> values, bias;
  for (const Kind& kind : kinds) {
    const float size = kind.is_score ? 4 : kind.size;
    for (int c = 0; c < kind.channels; ++c) {
      const auto row = weights(random, kFeatures, size);
      values.insert(values.end(), row.begin(), row.end());
      bias.push_back(random.uniform(-size / 4, size / 4));
    }
  }
  const auto channels = static_cast<int>(bias.size());
  return b.conv_2d(name, x, values, {channels, 1, 1, kFeatures}, bias, {});
}

int as_rows(ModelBuilder& b, const std::string& name, int x) {
  const Shape shape = b.shape(x);
  const std::vector<int32_t> rows = {1, shape[1] * shape[2], shape[3]};
  return b.op(OpCode::RESHAPE, name, {x, b.constant(name + "/shape", {3}, rows)});
}

int concatenation(ModelBuilder& b, const std::string& name, const std::vector<int>& parts, int axis) {
  tflite::ConcatenationOptionsT options;
  options.axis = axis;
  tflite::BuiltinOptionsUnion built;
  built.Set(std::move(options));
  return b.op(OpCode::CONCATENATION, name, parts, std::move(built));
}

int leaky_relu(ModelBuilder& b, const std::string& name, int x) {
  tflite::LeakyReluOptionsT options;
  options.alpha = 0.3f;
  tflite::BuiltinOptionsUnion built;
  built.Set(std::move(options));
  return b.op(OpCode::LEAKY_RELU, name, {x}, std::move(built));
}

int transposed(ModelBuilder& b, const std::string& name, int x) {
  const std::vector<int32_t> order = {0, 2, 1};
  tflite::BuiltinOptionsUnion built;
  built.Set(tflite::TransposeOptionsT());
  return b.op(OpCode::TRANSPOSE, name, {x, b.constant(name + "/order", {3}, order)}, std::move(built));
}

struct Head {
  Model model;
  int channel_axis;  // of the output
};

Head random_head(Random& random) {
  ModelBuilder b("head");
  const int image = b.input("image", {1, kSize, kSize, 3});
  const int features = b.conv_2d("features", image, weights(random, kFeatures * 9 * 3, 0.5f), {kFeatures, 3, 3, 3},
                                 weights(random, kFeatures, 0.5f), {});
  std::vector<Kind> kinds(std::begin(kKinds), std::end(kKinds));
  for (size_t i = kinds.size(); i > 1; --i) std::swap(kinds[i - 1], kinds[random.below(static_cast<uint32_t>(i))]);
  kinds.resize(2 + random.below(3));
  int out = -1, channel_axis = 2;
  if (random.below(4) == 0) {
    // All kinds from one convolution. A LOGISTIC for a part of it would split it again.
    for (Kind& kind : kinds) kind.is_score = false;
    out = as_rows(b, "rows", mixed_conv(b, random, "mixed", features, kinds));
  } else {
    const bool by_column = random.below(3) == 0;
    std::vector<int> parts;
    for (size_t i = 0; i < kinds.size(); ++i) {
      const std::string name = text("part", i);
      int part = mixed_conv(b, random, name, features, {kinds[i]});
      if (kinds[i].is_score) part = b.op(OpCode::LOGISTIC, name + "/score", {part});
      if (random.below(3) == 0) part = leaky_relu(b, name + "/leaky", part);
      part = as_rows(b, name + "/rows", part);
      parts.push_back(by_column ? transposed(b, name + "/columns", part) : part);
    }
    if (parts.size() == 4 && random.below(2) == 0) {
      const int pair = concatenation(b, "pair", {parts[0], parts[1]}, by_column ? 1 : 2);
      parts.erase(parts.begin(), parts.begin() + 2);
      parts.push_back(pair);
    }
    out = concatenation(b, "joined", parts, by_column ? 1 : 2);
    channel_axis = by_column ? 1 : 2;
  }
  if (random.below(3) == 0) out = leaky_relu(b, "last", out);
  b.output(out);
  return {load(b.save()), channel_axis};
}

// By channel: 10 log10(signal power / error power), in dB.
std::vector<double> channel_sqnr(const Head& head, const Model& candidate,
                                 const std::vector<std::vector<float>>& samples) {
  Session expected(head.model), actual(candidate);
  const Shape shape = expected.outputs()[0].shape;
  const auto size = [&](int axis) { return static_cast<size_t>(shape[static_cast<size_t>(axis)]); };
  const size_t channels = size(head.channel_axis), inner = head.channel_axis == 1 ? size(2) : 1;
  std::vector<float> one(element_count(shape, "output")), other(one.size());
  std::vector<double> signal(channels), error(channels);
  for (const auto& sample : samples) {
    for (auto* session : {&expected, &actual}) {
      session->write_real(0, sample);
      session->run();
    }
    expected.read_real(0, one);
    actual.read_real(0, other);
    for (size_t i = 0; i < one.size(); ++i) {
      const size_t channel = i / inner % channels;
      signal[channel] += double{one[i]} * one[i];
      error[channel] += (double{one[i]} - other[i]) * (double{one[i]} - other[i]);
    }
  }
  std::vector<double> out;
  for (size_t c = 0; c < channels; ++c) out.push_back(10 * std::log10(signal[c] / error[c]));
  return out;
}

Stats calibrated(const Model& model, const std::vector<std::vector<float>>& samples) {
  Calibrator calibrator(model);
  for (const auto& sample : samples) {
    calibrator.session().write_real(0, sample);
    calibrator.observe();
  }
  return calibrator.stats();
}

std::vector<std::vector<float>> random_samples(Random& random) {
  std::vector<std::vector<float>> samples;
  for (int i = 0; i < kSamples; ++i) samples.push_back(random.values(kSize * kSize * 3));
  return samples;
}

double worst(const std::vector<double>& figures) { return *std::ranges::min_element(figures); }

TEST_CASE("200 random heads of unlike kinds keep every channel at 20 dB", "[quantize][heads]") {
  const auto seed = Catch::rngSeed();
  int spoiled_in_int8 = 0;
  for (uint32_t i = 0; i < 200; ++i) {
    Random random(seed + i);
    INFO("head " << i << ", "
                 << repeat_command("200 random heads of unlike kinds keep every channel at 20 dB", "", seed));
    const Head head = random_head(random);
    const auto samples = random_samples(random);
    const Stats stats = calibrated(head.model, samples);
    CHECK(worst(channel_sqnr(head, quantize(head.model, {}, &stats).model, samples)) >= 20);
    QuantSpec forced;
    forced.joins = Joins::kInt8;
    spoiled_in_int8 += worst(channel_sqnr(head, quantize(head.model, forced, &stats).model, samples)) < 20;
  }
  // Otherwise these heads would prove nothing.
  CHECK(spoiled_in_int8 > 100);
}

// What some converters leave of a batch norm: channels of 0.01 and of 300 side by side.
TEST_CASE("a batch norm that was left at the end keeps every channel", "[quantize][heads]") {
  Random random(Catch::rngSeed());
  const std::vector<float> scales = {338, 0.01f, 0.1f, 1, 8, 0.5f, 3, 0.05f};
  const auto channels = static_cast<int>(scales.size());
  ModelBuilder b("batch norm");
  const int x = b.input("x", {1, 8, 8, channels});
  const int scaled = b.op(OpCode::MUL, "scaled", {x, b.constant("scale", {channels}, scales)});
  b.output(b.add("shifted", scaled, b.constant("shift", {channels}, random.values(scales.size(), -0.005f, 0.005f))));
  const Head head{load(b.save()), 3};
  std::vector<std::vector<float>> samples;
  for (int i = 0; i < kSamples; ++i) samples.push_back(random.values(8 * 8 * scales.size()));
  const Stats stats = calibrated(head.model, samples);
  const QuantResult result = quantize(head.model, {}, &stats);
  CHECK(worst(channel_sqnr(head, result.model, samples)) >= 20);
  CHECK(result.ops[1].decision == "float32");
  CHECK(result.ops[1].reason.find("channels of \"shifted\"") != std::string::npos);
  // With integer outputs there is one scale for all.
  QuantSpec integers;
  integers.io = DType::INT8;
  CHECK(quantize(head.model, integers, &stats).ops[1].decision == "int8");
}

TEST_CASE("joins can be forced either way", "[quantize][heads]") {
  Random random(Catch::rngSeed());
  ModelBuilder b("join");
  const int x = b.input("x", {1, 4, 4, 2});
  const int relu = b.op(OpCode::RELU, "relu", {x});
  b.output(concatenation(b, "joined", {x, relu}, 3));
  const Head head{load(b.save()), 3};
  const Stats stats = calibrated(head.model, {random.values(32), random.values(32)});
  const auto decision = [&](Joins joins) {
    QuantSpec spec;
    spec.joins = joins;
    return quantize(head.model, spec, &stats).ops[1].decision;
  };
  CHECK(decision(Joins::kAuto) == "int8");
  CHECK(decision(Joins::kInt8) == "int8");
  CHECK(decision(Joins::kFloat) == "float32");
}

}  // namespace
}  // namespace webquant::test
