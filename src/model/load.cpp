#include "model/load.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "model/archive.h"
#include "model/check.h"

namespace webquant {
namespace {

constexpr char kFile[] = "model";
// Shorter than what FlatBuffers' 32-bit offsets reach, so that its own assertions never fire.
constexpr size_t kMaxFileBytes = 0x7fff0000;

[[noreturn]] void invalid(std::string where, std::string message) {
  fail(ErrorCode::kInvalidModel, std::move(where), std::move(message));
}

// Constants of at least this many bytes are not copied out of the file.
constexpr size_t kLeastKeptInFile = 4096;

// Kernels read elements of up to 8 bytes in place.
bool is_aligned(std::span<const uint8_t> bytes) {
  return reinterpret_cast<uintptr_t>(bytes.data()) % alignof(uint64_t) == 0;
}

// A file whose tables share one buffer many times would unpack to far more than its size.
void require_unshared_buffers(const tflite::Model& packed, size_t file_bytes) {
  size_t total = 0;
  if (!packed.buffers()) return;
  for (const auto* buffer : *packed.buffers()) {
    total += buffer->data() ? buffer->data()->size() : 0;
    if (total > file_bytes) invalid(kFile, "buffers overlap: together they are larger than the file");
  }
}

// Two things that FlatBuffers' verifier lets through and its object API trips over: vectors of 8-byte elements, which
// are read in place, in a place that is not aligned for them, and a union that has a type but no value, which cannot be
// copied.
void require_readable(const tflite::Model& packed) {
  if (!packed.subgraphs()) return;
  const auto require = [](bool readable) {
    if (!readable) invalid(kFile, "the file is damaged");
  };
  for (const auto* subgraph : *packed.subgraphs()) {
    if (subgraph->tensors()) {
      for (const auto* tensor : *subgraph->tensors()) {
        const auto* quantization = tensor->quantization();
        if (!quantization) continue;
        const auto* zero_points = quantization->zero_point();
        require(!zero_points || reinterpret_cast<uintptr_t>(zero_points->Data()) % sizeof(int64_t) == 0);
        require(quantization->details_type() == tflite::QuantizationDetails::NONE || quantization->details());
      }
    }
    if (subgraph->operators()) {
      for (const auto* op : *subgraph->operators()) {
        require(op->builtin_options_type() == tflite::BuiltinOptions::NONE || op->builtin_options());
      }
    }
  }
}

// Some writers put constants and custom options behind the FlatBuffer, because it cannot grow beyond 2 GB.
class OutsideBytes {
 public:
  explicit OutsideBytes(std::span<const uint8_t> file) : file_(file) {}

  // The bytes at a place outside, and forgets that place; nothing where they lie inside.
  std::span<const uint8_t> take(bool has_inside, uint64_t& offset, uint64_t& size, auto&& name) {
    std::span<const uint8_t> bytes;
    // Offsets 0 and 1 are what writers leave where the bytes lie inside.
    if (offset > 1 && !has_inside && size > 0) {
      const size_t file_bytes = file_.size();
      // Nothing that is read twice may unpack to far more than the file.
      if (offset > file_bytes || size > file_bytes - offset || size > file_bytes - total_) {
        invalid(name(), text("has ", size, " bytes from byte ", offset, " on, in a file of ", file_bytes));
      }
      total_ += size;
      bytes = file_.subspan(offset, size);
    }
    offset = size = 0;
    return bytes;
  }

 private:
  std::span<const uint8_t> file_;
  size_t total_ = 0;
};

// The object API would copy every buffer. Large ones stay where they are.
void unpack_buffers(const tflite::Model& packed, Model& model, OutsideBytes& outside) {
  if (!packed.buffers()) return;
  for (const auto* from : *packed.buffers()) {
    auto buffer = std::make_unique<tflite::BufferT>();
    uint64_t offset = from->offset(), size = from->size();
    std::span<const uint8_t> bytes;
    if (from->data()) bytes = {from->data()->data(), from->data()->size()};
    const auto behind =
        outside.take(!bytes.empty(), offset, size, [&] { return text("buffer #", model.buffers.size()); });
    if (!behind.empty()) bytes = behind;
    const bool stays = bytes.size() >= kLeastKeptInFile && is_aligned(bytes);
    model.in_file.push_back(stays ? bytes : std::span<const uint8_t>());
    if (!stays) buffer->data.assign(bytes.begin(), bytes.end());
    model.buffers.push_back(std::move(buffer));
  }
}

template <class Objects, class Tables>
void unpack_tables(const Tables* packed, Objects& objects) {
  if (!packed) return;
  for (const auto* table : *packed) objects.emplace_back(table->UnPack());
}

void unpack(const tflite::Model& packed, Model& model) {
  OutsideBytes outside(*model.file);
  model.version = packed.version();
  unpack_tables(packed.operator_codes(), model.operator_codes);
  unpack_tables(packed.subgraphs(), model.subgraphs);
  if (packed.description()) model.description = packed.description()->str();
  unpack_buffers(packed, model, outside);
  if (packed.metadata_buffer())
    model.metadata_buffer.assign(packed.metadata_buffer()->begin(), packed.metadata_buffer()->end());
  unpack_tables(packed.metadata(), model.metadata);
  unpack_tables(packed.signature_defs(), model.signature_defs);
  for (auto& subgraph : model.subgraphs) {
    for (size_t i = 0; i < subgraph->operators.size(); ++i) {
      auto& op = *subgraph->operators[i];
      const auto options =
          outside.take(!op.custom_options.empty(), op.large_custom_options_offset, op.large_custom_options_size,
                       [&] { return text("the custom options of operator #", i); });
      if (!options.empty()) op.custom_options.assign(options.begin(), options.end());
    }
  }
}

}  // namespace

Model load(std::vector<uint8_t> file) {
  if (file.size() < 8) invalid(kFile, text("a file of ", file.size(), " bytes is too short for a .tflite file"));
  if (file.size() > kMaxFileBytes) invalid(kFile, text("a file of ", file.size(), " bytes is larger than 2 GB"));
  Model model;
  model.file = std::make_shared<const std::vector<uint8_t>>(std::move(file));
  const auto& bytes = *model.file;
  if (!tflite::ModelBufferHasIdentifier(bytes.data()))
    invalid(kFile, "not a .tflite file: it lacks the identifier TFL3");
  flatbuffers::Verifier verifier(bytes.data(), bytes.size());
  if (!tflite::VerifyModelBuffer(verifier)) invalid(kFile, "the file is truncated or damaged");
  const auto& packed = *tflite::GetModel(bytes.data());
  require_unshared_buffers(packed, bytes.size());
  require_readable(packed);
  unpack(packed, model);
  model.associated_files = find_archive(bytes);
  check(model);
  return model;
}

}  // namespace webquant
