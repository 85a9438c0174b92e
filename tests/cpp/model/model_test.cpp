// Reading, checking and writing: what survives, and what is refused with which error.
#include "model/model.h"

#include <catch_amalgamated.hpp>
#include <cstring>
#include <functional>
#include <set>

#include "model/load.h"
#include "model/save.h"
#include "ops/facts.h"
#include "quantize/quantize.h"
#include "support/model_builder.h"
#include "support/models.h"
#include "support/quantized.h"

namespace webquant::test {
namespace {

// The error that `action` ends in; a test failure when it ends in none.
Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  return {ErrorCode::kInternal, "", ""};
}

// The error of a model after one change, through the bytes of a file.
Error error_after(const std::function<void(Model&)>& change) {
  Random random(1);
  Model model = small_classifier(random);
  change(model);
  flatbuffers::FlatBufferBuilder builder;
  tflite::FinishModelBuffer(builder, tflite::Model::Pack(builder, &model));
  return error_of([&] { load(builder.GetBufferSpan()); });
}

ErrorCode code_after(const std::function<void(Model&)>& change) {
  const Error error = error_after(change);
  INFO(error.where << ": " << error.message);
  CHECK(!error.where.empty());
  CHECK(!error.message.empty());
  return error.code;
}

Tensor& tensor(Model& model, size_t i) { return *graph(model).tensors[i]; }
Operator& op(Model& model, size_t i) { return *graph(model).operators[i]; }

size_t weights_of_stem(const Model& model) { return static_cast<size_t>(graph(model).operators[0]->inputs[1]); }

}  // namespace

TEST_CASE("a constant without elements has no bytes", "[model]") {
  const Error error = error_after([](Model& model) { tensor(model, weights_of_stem(model)).shape[0] = 0; });
  CHECK(error.code == ErrorCode::kInvalidModel);
  CHECK(error.message.find("needs 0 bytes") != std::string::npos);
}

TEST_CASE("a saved file is a fixed point", "[model]") {
  INFO("repeat with --rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  const auto once = save(load(save(small_classifier(random))));
  CHECK(save(load(once)) == once);
}

TEST_CASE("saving keeps signatures, metadata, options and names", "[model]") {
  Random random(1);
  Model original = small_classifier(random);
  original.description = "a description";
  graph(original).name = "main";
  const Model copy = load(save(original));
  CHECK(copy.version == 3);
  CHECK(copy.description == "a description");
  CHECK(graph(copy).name == "main");
  REQUIRE(copy.signature_defs.size() == 1);
  CHECK(copy.signature_defs[0]->signature_key == "serving_default");
  CHECK(copy.signature_defs[0]->inputs.at(0)->name == "pixels");
  CHECK(copy.signature_defs[0]->outputs.at(0)->tensor_index == static_cast<uint32_t>(graph(copy).outputs[0]));
  REQUIRE(copy.metadata.size() == 1);
  CHECK(copy.metadata[0]->name == "min_runtime_version");
  CHECK(copy.buffers.at(copy.metadata[0]->buffer)->data == original.buffers.at(original.metadata[0]->buffer)->data);
  const auto* stem = graph(copy).operators[0]->builtin_options.AsConv2DOptions();
  REQUIRE(stem);
  CHECK(stem->stride_h == 2);
  CHECK(stem->fused_activation_function == tflite::ActivationFunctionType::RELU6);
  CHECK(graph(copy).tensors[static_cast<size_t>(graph(copy).inputs[0])]->shape_signature == Shape{-1, 8, 8, 3});
}

TEST_CASE("constants are aligned to 16 bytes in the file", "[model]") {
  Random random(1);
  const auto file = save(small_classifier(random));
  const auto* packed = tflite::GetModel(file.data());
  for (const auto* buffer : *packed->buffers()) {
    if (buffer->data()) CHECK((buffer->data()->data() - file.data()) % 16 == 0);
  }
}

TEST_CASE("a file is read from any address", "[model]") {
  const auto file = save(tiny_model());
  for (size_t offset = 0; offset < 8; ++offset) {
    std::vector<uint8_t> shifted(offset);
    shifted.insert(shifted.end(), file.begin(), file.end());
    CHECK(save(load(std::span(shifted).subspan(offset))) == file);
  }
}

TEST_CASE("what is no .tflite file is refused", "[model]") {
  CHECK(error_of([] { load(std::vector<uint8_t>()); }).code == ErrorCode::kInvalidModel);
  Random random(Catch::getSeed());
  INFO("repeat with --rng-seed " << Catch::getSeed());
  std::vector<uint8_t> noise(4096);
  for (uint8_t& byte : noise) byte = static_cast<uint8_t>(random.below(256));
  CHECK(error_of([&] { load(noise); }).code == ErrorCode::kInvalidModel);
  std::memcpy(noise.data() + 4, "TFL3", 4);
  CHECK(error_of([&] { load(noise); }).code == ErrorCode::kInvalidModel);
  auto file = save(tiny_model());
  file[7] = '2';
  CHECK(error_of([&] { load(file); }).code == ErrorCode::kInvalidModel);
}

TEST_CASE("a model that contradicts itself is refused", "[model]") {
  using M = Model&;
  const auto invalid = [](const std::function<void(M)>& change) {
    return code_after(change) == ErrorCode::kInvalidModel;
  };
  SECTION("container") {
    CHECK(code_after([](M m) { m.version = 2; }) == ErrorCode::kUnsupported);
    CHECK(invalid([](M m) { m.subgraphs.clear(); }));
    CHECK(code_after([](M m) { m.subgraphs.push_back(std::make_unique<Graph>()); }) == ErrorCode::kUnsupported);
    CHECK(invalid([](M m) { m.buffers.clear(); }));
    CHECK(invalid([](M m) { m.operator_codes.clear(); }));
    CHECK(invalid([](M m) { m.metadata[0]->buffer = 1000; }));
    CHECK(invalid([](M m) { m.signature_defs[0]->inputs[0]->tensor_index = 1000; }));
    CHECK(invalid([](M m) { m.signature_defs[0]->outputs[0]->tensor_index = 1000; }));
    CHECK(invalid([](M m) { m.signature_defs[0]->subgraph_index = 1; }));
  }
  SECTION("tensors") {
    CHECK(invalid([](M m) { tensor(m, weights_of_stem(m)).buffer = 1000; }));
    CHECK(invalid([](M m) { m.buffers[tensor(m, weights_of_stem(m)).buffer]->data.pop_back(); }));
    CHECK(invalid([](M m) { m.buffers[tensor(m, weights_of_stem(m)).buffer]->data.resize(4000); }));
    CHECK(invalid([](M m) { tensor(m, weights_of_stem(m)).shape[0] = 9; }));
    CHECK(invalid([](M m) { tensor(m, weights_of_stem(m)).shape[0] = -8; }));
    CHECK(invalid([](M m) { tensor(m, 0).shape = {1, -8, -8, 3}; }));
    // 2^32 elements: as a 32-bit product it would be 0.
    CHECK(invalid([](M m) { tensor(m, 0).shape = {65536, 65536, 1, 1}; }));
    CHECK(invalid([](M m) { tensor(m, 0).shape = {0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff}; }));
    CHECK(invalid([](M m) { tensor(m, 0).shape_signature = {-1}; }));
    CHECK(invalid([](M m) { tensor(m, 0).type = static_cast<DType>(100); }));
    CHECK(invalid([](M m) { tensor(m, weights_of_stem(m)).type = DType::FLOAT16; }));
  }
  SECTION("graph") {
    CHECK(invalid([](M m) { graph(m).inputs[0] = 1000; }));
    CHECK(invalid([](M m) { graph(m).inputs[0] = -1; }));
    CHECK(invalid([](M m) { graph(m).inputs.push_back(graph(m).inputs[0]); }));
    CHECK(invalid([](M m) { graph(m).inputs[0] = static_cast<int32_t>(weights_of_stem(m)); }));
    CHECK(invalid([](M m) { graph(m).inputs.clear(); }));
    CHECK(invalid([](M m) { graph(m).outputs[0] = 1000; }));
    CHECK(invalid([](M m) { graph(m).outputs[0] = -1; }));
    CHECK(invalid([](M m) { graph(m).operators.pop_back(); }));  // nothing produces the output any more
  }
  SECTION("operators") {
    CHECK(invalid([](M m) { op(m, 0).opcode_index = 1000; }));
    CHECK(invalid([](M m) { op(m, 0).inputs[0] = 1000; }));
    CHECK(invalid([](M m) { op(m, 0).inputs[0] = -2; }));
    CHECK(invalid([](M m) { op(m, 0).outputs[0] = 1000; }));
    CHECK(invalid([](M m) { op(m, 0).outputs[0] = -1; }));
    CHECK(invalid([](M m) { op(m, 0).outputs[0] = static_cast<int32_t>(weights_of_stem(m)); }));
    CHECK(invalid([](M m) { op(m, 0).outputs[0] = graph(m).inputs[0]; }));
    CHECK(invalid([](M m) { op(m, 1).outputs[0] = op(m, 0).outputs[0]; }));
    CHECK(invalid([](M m) { op(m, 0).intermediates = {1000}; }));
    CHECK(invalid([](M m) { op(m, 0).inputs[0] = op(m, 0).outputs[0]; }));                 // its own output
    CHECK(invalid([](M m) { op(m, 0).inputs[0] = op(m, 2).outputs[0]; }));                 // a cycle
    CHECK(invalid([](M m) { std::swap(graph(m).operators[0], graph(m).operators[1]); }));  // out of order
    CHECK(error_after([](M m) { op(m, 1).inputs[0] = op(m, 3).outputs[0]; }).where ==
          "DEPTHWISE_CONV_2D #1 \"depthwise\"");
  }
  SECTION("quantization") {
    const auto quantized = [&](std::vector<float> scale, std::vector<int64_t> zero_point, int axis) {
      return invalid([=](M m) {
        auto& quant = tensor(m, weights_of_stem(m)).quantization;  // of [8, 3, 3, 3]
        quant = std::make_unique<tflite::QuantizationParametersT>();
        quant->scale = scale;
        quant->zero_point = zero_point;
        quant->quantized_dimension = axis;
      });
    };
    CHECK(quantized({1, 1}, {0, 0}, 0));
    CHECK(quantized(std::vector<float>(8, 1), std::vector<int64_t>(8), 1));
    CHECK(quantized(std::vector<float>(8, 1), std::vector<int64_t>(8), 4));
    CHECK(quantized(std::vector<float>(8, 1), std::vector<int64_t>(8), -1));
    CHECK(quantized(std::vector<float>(8, 1), std::vector<int64_t>(3), 0));
    CHECK(quantized({-1}, {0}, 0));
    CHECK(quantized({std::numeric_limits<float>::quiet_NaN()}, {0}, 0));
    CHECK(quantized({std::numeric_limits<float>::infinity()}, {0}, 0));
  }
}

TEST_CASE("associated files survive", "[model]") {
  // An archive of one stored file, labels.txt, as metadata tools append it.
  const std::string name = "labels.txt", content = "cat\ndog\n";
  const auto number = [](std::string& out, uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * i & 255);
  };
  const auto zip = [&](uint32_t start) {
    std::string common, local = "PK\3\4", entry = "PK\1\2", end = "PK\5\6";
    number(common, 20, 2), number(common, 0, 2), number(common, 0, 2), number(common, 0, 4), number(common, 0, 4);
    number(common, content.size(), 4), number(common, content.size(), 4), number(common, name.size(), 2);
    number(common, 0, 2);
    local += common + name + content;
    number(entry, 20, 2), entry += common;
    number(entry, 0, 2), number(entry, 0, 2), number(entry, 0, 2), number(entry, 0, 4), number(entry, start, 4);
    entry += name;
    number(end, 0, 4), number(end, 1, 2), number(end, 1, 2), number(end, entry.size(), 4);
    number(end, start + local.size(), 4), number(end, 0, 2);
    return local + entry + end;
  };
  const auto plain = save(tiny_model());
  const auto with = [&](const std::string& archive) {
    auto file = plain;
    file.insert(file.end(), archive.begin(), archive.end());
    return file;
  };
  const auto absolute = with(zip(static_cast<uint32_t>(plain.size())));
  CHECK(save(load(absolute)) == absolute);
  CHECK(save(load(with(zip(0)))) == absolute);  // offsets from the archive's start are as good

  const QuantResult half = quantize(load(absolute), {.mode = Mode::kFp16}, nullptr);
  const auto smaller = save(half.model);
  const std::string archive = zip(static_cast<uint32_t>(smaller.size() - zip(0).size()));
  CHECK(std::equal(archive.rbegin(), archive.rend(), smaller.rbegin(),
                   [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; }));

  // Whatever else follows is no part of a model.
  for (size_t damaged = 0; damaged < zip(0).size(); ++damaged) {
    std::string archive = zip(0);
    archive[damaged] = static_cast<char>(archive[damaged] ^ 0x55);
    const auto saved = save(load(with(archive)));
    CHECK((saved == plain || saved.size() == absolute.size()));
    CHECK(save(load(saved)) == saved);
  }
}

TEST_CASE("every tensor has a name of its own", "[model]") {
  Random random(1);
  Model model = small_classifier(random);
  for (auto& t : graph(model).tensors) t->name = "same";
  graph(model).tensors[1]->name = "";
  graph(model).tensors[2]->name = "same#3";
  const auto names = tensor_names(model);
  CHECK(names[0] == "same");
  CHECK(names[2] == "same#3");
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
}

TEST_CASE("damaged files load or are refused", "[model]") {
  Random random(1);
  const auto file = save(GENERATE_REF(values({0, 1})) == 0 ? tiny_model() : small_classifier(random));
  size_t loaded = 0, refused = 0;
  for_each_damaged(file, file.size() < 2000 ? 1 : 7, [&](const std::vector<uint8_t>& bytes) {
    try {
      const Model model = load(bytes);
      infer(model);
      load(save(model));
      for (const Mode mode : {Mode::kFp16, Mode::kDynamicInt8, Mode::kStaticInt8}) {
        const Stats stats = stats_of(model);
        load(save(quantize(model, {.mode = mode, .min_elements = 0}, &stats).model));
      }
      ++loaded;
    } catch (const Error& error) {
      // `internal` would be a check that lets something through.
      if (error.code == ErrorCode::kInternal) FAIL_CHECK(to_string(error.code) << ": " << error.message);
      ++refused;
    }
  });
  CHECK(loaded > 0);
  CHECK(refused > 0);
}

}  // namespace webquant::test
