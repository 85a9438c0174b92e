// Bytes that lie behind the FlatBuffer: constants and custom options of files that were too large for it.
#include <catch_amalgamated.hpp>
#include <functional>

#include "model/load.h"
#include "model/model.h"
#include "model/save.h"
#include "support/models.h"

namespace webquant::test {
namespace {

// A model with bytes taken out of it, and how to say where they are instead.
struct Moved {
  Model model;
  std::vector<uint8_t> bytes;
  std::function<void(uint64_t offset, uint64_t size)> place;

  // The file, with the bytes behind it, which says that `size` of them are at `offset`.
  std::vector<uint8_t> file(uint64_t offset, uint64_t size) {
    place(offset, size);
    flatbuffers::FlatBufferBuilder builder;
    tflite::FinishModelBuffer(builder, tflite::Model::Pack(builder, &model));
    std::vector<uint8_t> file(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
    file.resize((file.size() + 15) / 16 * 16);
    file.insert(file.end(), bytes.begin(), bytes.end());
    return file;
  }
};

bool is_refused(std::span<const uint8_t> file) {
  try {
    load(file);
  } catch (const Error& error) {
    CHECK(!error.message.empty());
    return error.code == ErrorCode::kInvalidModel;
  }
  return false;
}

void check_moved(const Model& original, Moved moved) {
  const size_t size = moved.bytes.size();
  const uint64_t end = moved.file(2, size).size(), start = end - size;
  const auto file = moved.file(start, size);
  CHECK(save(load(file)) == save(original));
  CHECK(save(load(save(load(file)))) == save(load(file)));

  constexpr uint64_t kHuge = ~uint64_t{0};
  for (const auto& [offset, length] : std::vector<std::pair<uint64_t, uint64_t>>{
           {start + 1, size}, {start, size + 1}, {end, size}, {kHuge, size}, {start, kHuge}, {kHuge - 10, 20}}) {
    INFO(length << " bytes at " << offset);
    CHECK(is_refused(moved.file(offset, length)));
  }
  INFO("a truncated file");
  CHECK(is_refused(std::span(file).first(file.size() - 1)));
}

void make_custom(Model& model) {
  auto& code = *model.operator_codes[0];
  code.builtin_code = OpCode::CUSTOM;
  code.deprecated_builtin_code = static_cast<int8_t>(OpCode::CUSTOM);
  code.custom_code = "Detect";
  graph(model).operators[0]->builtin_options.Reset();
  graph(model).operators[0]->custom_options = {1, 2, 3, 5, 8, 13};
}

}  // namespace

TEST_CASE("constants may lie behind the FlatBuffer", "[model]") {
  Moved moved{.model = tiny_model(), .bytes = {}, .place = {}};
  const auto& weights = *graph(moved.model).tensors[static_cast<size_t>(graph(moved.model).operators[0]->inputs[1])];
  auto& buffer = *moved.model.buffers[weights.buffer];
  moved.bytes = std::move(buffer.data);
  buffer.data.clear();
  moved.place = [&buffer](uint64_t offset, uint64_t size) {
    buffer.offset = offset;
    buffer.size = size;
  };
  const uint64_t start = moved.file(2, 1).size() - moved.bytes.size();
  CHECK(is_refused(moved.file(start, moved.bytes.size() - 4)));  // a tensor of another size
  check_moved(tiny_model(), std::move(moved));
}

TEST_CASE("custom options may lie behind the FlatBuffer", "[model]") {
  Model original = tiny_model();
  make_custom(original);
  Moved moved{.model = tiny_model(), .bytes = {}, .place = {}};
  make_custom(moved.model);
  Operator& op = *graph(moved.model).operators[0];
  moved.bytes = std::move(op.custom_options);
  op.custom_options.clear();
  moved.place = [&op](uint64_t offset, uint64_t size) {
    op.large_custom_options_offset = offset;
    op.large_custom_options_size = size;
  };
  CHECK(graph(load(save(original))).operators[0]->custom_options == moved.bytes);
  check_moved(original, std::move(moved));
}

TEST_CASE("bytes behind the FlatBuffer that many share are refused", "[model]") {
  Model model = tiny_model();
  make_custom(model);
  const size_t file_size = save(model).size();
  Operator& op = *graph(model).operators[0];
  op.custom_options.clear();
  // Each of them fits into the file, both together do not.
  auto& buffer = *model.buffers[add_buffer(model, {})];
  op.large_custom_options_offset = buffer.offset = 2;
  op.large_custom_options_size = buffer.size = file_size / 2 + 100;
  flatbuffers::FlatBufferBuilder builder;
  tflite::FinishModelBuffer(builder, tflite::Model::Pack(builder, &model));
  CHECK(builder.GetSize() > buffer.size + 2);
  CHECK(builder.GetSize() < 2 * buffer.size);
  CHECK(is_refused(builder.GetBufferSpan()));
}

}  // namespace webquant::test
