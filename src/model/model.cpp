#include "model/model.h"

#include <algorithm>
#include <set>

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

OpCode op_code(const Model& model, const Operator& op) {
  const auto& code = *model.operator_codes[op.opcode_index];
  return static_cast<OpCode>(std::max<int32_t>(code.deprecated_builtin_code, static_cast<int32_t>(code.builtin_code)));
}

std::string op_type(const Model& model, const Operator& op) {
  const OpCode code = op_code(model, op);
  if (code == OpCode::CUSTOM) return "CUSTOM:" + model.operator_codes[op.opcode_index]->custom_code;
  const char* name = tflite::EnumNameBuiltinOperator(code);
  return *name ? name : text("OPERATOR_", static_cast<int32_t>(code));
}

std::string op_name(const Model& model, size_t op_index) {
  const auto& op = *graph(model).operators[op_index];
  return op.outputs.empty() ? std::string() : graph(model).tensors[op.outputs[0]]->name;
}

std::string op_label(const Model& model, size_t op_index) {
  return text(op_type(model, *graph(model).operators[op_index]), " #", op_index, " \"", op_name(model, op_index), "\"");
}

uint32_t intern_op_code(Model& model, OpCode code, int version) {
  for (size_t i = 0; i < model.operator_codes.size(); ++i) {
    const auto& known = *model.operator_codes[i];
    const auto value = std::max<int32_t>(known.deprecated_builtin_code, static_cast<int32_t>(known.builtin_code));
    if (value == static_cast<int32_t>(code) && known.version == version && known.custom_code.empty()) return i;
  }
  auto added = std::make_unique<tflite::OperatorCodeT>();
  added->builtin_code = code;
  // Old readers look at the byte-sized field, where 127 says that the code is in the other one.
  added->deprecated_builtin_code = static_cast<int8_t>(std::min<int32_t>(static_cast<int32_t>(code), 127));
  added->version = version;
  model.operator_codes.push_back(std::move(added));
  return model.operator_codes.size() - 1;
}

std::vector<std::string> tensor_names(const Model& model) {
  const auto& tensors = graph(model).tensors;
  std::set<std::string> taken;
  std::vector<std::string> names(tensors.size());
  // Real names first, so that a made-up one never takes a later tensor's name away.
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!tensors[i]->name.empty() && taken.insert(tensors[i]->name).second) names[i] = tensors[i]->name;
  }
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!names[i].empty()) continue;
    std::string name = text(tensors[i]->name, "#", i);
    while (!taken.insert(name).second) name += "'";
    names[i] = std::move(name);
  }
  return names;
}

std::span<const uint8_t> buffer_bytes(const Model& model, size_t buffer) {
  if (buffer < model.in_file.size() && !model.in_file[buffer].empty()) return model.in_file[buffer];
  return model.buffers[buffer]->data;
}

std::vector<uint8_t>& own_buffer_bytes(Model& model, size_t buffer) {
  auto& own = model.buffers[buffer]->data;
  if (buffer < model.in_file.size() && !model.in_file[buffer].empty()) {
    own.assign(model.in_file[buffer].begin(), model.in_file[buffer].end());
    model.in_file[buffer] = {};
  }
  return own;
}

std::span<const uint8_t> constant_data(const Model& model, const Tensor& tensor) {
  if (tensor.buffer == 0 || tensor.buffer >= model.buffers.size()) return {};
  return buffer_bytes(model, tensor.buffer);
}

std::optional<QuantParams> per_tensor_params(const Tensor& tensor) {
  if (!tensor.quantization || tensor.quantization->scale.size() != 1) return {};
  const auto& quant = *tensor.quantization;
  return QuantParams{quant.scale[0], quant.zero_point.empty() ? 0 : static_cast<int32_t>(quant.zero_point[0])};
}

uint32_t add_buffer(Model& model, std::span<const uint8_t> bytes) {
  if (model.buffers.empty())
    model.buffers.push_back(std::make_unique<tflite::BufferT>());  // buffer 0 is empty by convention
  auto buffer = std::make_unique<tflite::BufferT>();
  buffer->data.assign(bytes.begin(), bytes.end());
  model.buffers.push_back(std::move(buffer));
  return model.buffers.size() - 1;
}

namespace {

// Keeps the elements that are used and returns each one's new index.
template <class Element>
std::vector<uint32_t> keep_used(std::vector<Element>& elements, const std::vector<bool>& used) {
  std::vector<uint32_t> moved_to(elements.size());
  std::vector<Element> kept;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (!used[i]) continue;
    moved_to[i] = kept.size();
    kept.push_back(std::move(elements[i]));
  }
  elements = std::move(kept);
  return moved_to;
}

void for_each_tensor_index(Model& model, auto&& visit) {
  Graph& g = graph(model);
  const auto visit_all = [&](std::vector<int32_t>& indices) {
    for (int32_t& i : indices) {
      if (i >= 0) i = visit(i);
    }
  };
  visit_all(g.inputs);
  visit_all(g.outputs);
  for (auto& op : g.operators) {
    visit_all(op->inputs);
    visit_all(op->outputs);
    visit_all(op->intermediates);
  }
  for (auto& signature : model.signature_defs) {
    for (auto& map : signature->inputs) map->tensor_index = visit(map->tensor_index);
    for (auto& map : signature->outputs) map->tensor_index = visit(map->tensor_index);
  }
}

void for_each_buffer_index(Model& model, auto&& visit) {
  for (auto& tensor : graph(model).tensors) tensor->buffer = visit(tensor->buffer);
  for (auto& entry : model.metadata) entry->buffer = visit(entry->buffer);
  for (int32_t& i : model.metadata_buffer) i = visit(i);
}

}  // namespace

void remove_unused(Model& model) {
  Graph& g = graph(model);
  std::vector<bool> used(g.tensors.size());
  for_each_tensor_index(model, [&](uint32_t i) { return used[i] = true, i; });
  auto moved_to = keep_used(g.tensors, used);
  for_each_tensor_index(model, [&](uint32_t i) { return moved_to[i]; });

  // Some converters give every activation an empty buffer of its own; buffer 0 is there for all of them.
  const bool has_empty = !model.buffers.empty() && buffer_bytes(model, 0).empty();
  for (auto& tensor : g.tensors) {
    if (has_empty && !is_constant(model, *tensor)) tensor->buffer = 0;
  }
  used.assign(model.buffers.size(), false);
  if (!used.empty()) used[0] = true;
  for_each_buffer_index(model, [&](uint32_t i) {
    if (i < used.size()) used[i] = true;
    return i;
  });
  keep_used(model.in_file, used);
  if (std::ranges::all_of(model.in_file, [](const auto& bytes) { return bytes.empty(); })) model.file.reset();
  moved_to = keep_used(model.buffers, used);
  for_each_buffer_index(model, [&](uint32_t i) { return i < moved_to.size() ? moved_to[i] : i; });

  used.assign(model.operator_codes.size(), false);
  for (auto& op : g.operators) used[op->opcode_index] = true;
  moved_to = keep_used(model.operator_codes, used);
  for (auto& op : g.operators) op->opcode_index = moved_to[op->opcode_index];
}

}  // namespace webquant
