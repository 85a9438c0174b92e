// save(): the object API's own packing, but for what repeats a lot. An INT8 model holds one 8-byte zero point, always
// 0, for each channel of each weight and bias, and the options of most operators are alike. The format allows tables to
// share what they refer to, which makes such files a tenth smaller.
#include "model/save.h"

#include <map>
#include <string>

#include "model/archive.h"

namespace webquant {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

constexpr size_t kBufferAlignment = 16;  // as the schema says

// Room for all constants at once, so that the builder's memory does not have to be doubled again and again.
size_t expected_bytes(const Model& model) {
  size_t total = 1 << 16;
  for (size_t i = 0; i < model.buffers.size(); ++i) total += buffer_bytes(model, i).size() + kBufferAlignment;
  return total;
}

class Packer {
 public:
  explicit Packer(const Model& model) : builder_(expected_bytes(model)) {}

  std::vector<uint8_t> pack(const Model& model) {
    const auto codes = tables<tflite::OperatorCode>(model.operator_codes);
    std::vector<Offset<tflite::SubGraph>> graphs;
    for (const auto& graph : model.subgraphs) graphs.push_back(subgraph(*graph));
    const auto packed_graphs = builder_.CreateVector(graphs);
    const auto description = string(model.description);
    const auto buffers = this->buffers(model);
    const auto metadata_buffer = vector(model.metadata_buffer);
    const auto metadata = tables<tflite::Metadata>(model.metadata);
    const auto signatures = tables<tflite::SignatureDef>(model.signature_defs);
    tflite::FinishModelBuffer(builder_, tflite::CreateModel(builder_, model.version, codes, packed_graphs, description,
                                                            buffers, metadata_buffer, metadata, signatures));
    const auto bytes = builder_.GetBufferSpan();
    return {bytes.begin(), bytes.end()};
  }

 private:
  // Packed by the generated code.
  template <class Table, class Object>
  Offset<flatbuffers::Vector<Offset<Table>>> tables(const std::vector<std::unique_ptr<Object>>& objects) {
    if (objects.empty()) return 0;
    std::vector<Offset<Table>> packed;
    for (const auto& object : objects) packed.push_back(Table::Pack(builder_, object.get()));
    return builder_.CreateVector(packed);
  }

  // As the generated code packs them, wherever their bytes lie.
  Offset<flatbuffers::Vector<Offset<tflite::Buffer>>> buffers(const Model& model) {
    if (model.buffers.empty()) return 0;
    std::vector<Offset<tflite::Buffer>> packed;
    for (size_t i = 0; i < model.buffers.size(); ++i) {
      const auto bytes = buffer_bytes(model, i);
      builder_.ForceVectorAlignment(bytes.size(), sizeof(uint8_t), kBufferAlignment);
      const auto data = bytes.empty() ? 0 : builder_.CreateVector(bytes.data(), bytes.size());
      packed.push_back(tflite::CreateBuffer(builder_, data, model.buffers[i]->offset, model.buffers[i]->size));
    }
    return builder_.CreateVector(packed);
  }

  Offset<flatbuffers::String> string(const std::string& value) {
    return value.empty() ? 0 : builder_.CreateString(value);
  }

  // Equal vectors are written once.
  template <class T>
  Offset<flatbuffers::Vector<T>> vector(const std::vector<T>& values) {
    if (values.empty()) return 0;
    std::string key(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    key += static_cast<char>(sizeof(T));  // of another element size, the same bytes are another vector
    auto& offset = written_[std::move(key)];
    if (offset == 0) offset = builder_.CreateVector(values).o;
    return offset;
  }

  Offset<tflite::QuantizationParameters> quantization(const tflite::QuantizationParametersT& q) {
    const auto min = vector(q.min), max = vector(q.max), scale = vector(q.scale);
    const auto zero_point = vector(q.zero_point);
    const auto details = q.details.Pack(builder_);
    return tflite::CreateQuantizationParameters(builder_, min, max, scale, zero_point, q.details.type, details,
                                                q.quantized_dimension);
  }

  Offset<tflite::Tensor> tensor(const Tensor& t) {
    const auto shape = vector(t.shape), signature = vector(t.shape_signature);
    const auto name = string(t.name);
    const auto quant = t.quantization ? quantization(*t.quantization) : 0;
    const auto sparsity = t.sparsity ? tflite::SparsityParameters::Pack(builder_, t.sparsity.get()) : 0;
    const auto variants = tables<tflite::VariantSubType>(t.variant_tensors);
    return tflite::CreateTensor(builder_, shape, t.type, t.buffer, name, quant, t.is_variable, sparsity, signature,
                                t.has_rank, variants, t.external_buffer);
  }

  // Equal options are written once.
  Offset<void> options(const tflite::BuiltinOptionsUnion& options) {
    if (!options.value) return 0;
    FlatBufferBuilder alone;
    alone.Finish(
        Offset<tflite::Model>(options.Pack(alone).o));  // the type of the root does not matter: only its bytes do
    std::string key(reinterpret_cast<const char*>(alone.GetBufferPointer()), alone.GetSize());
    key += static_cast<char>(options.type);
    auto& offset = written_options_[std::move(key)];
    if (offset == 0) offset = options.Pack(builder_).o;
    return offset;
  }

  Offset<tflite::Operator> op(const Operator& o) {
    const auto inputs = vector(o.inputs), outputs = vector(o.outputs), intermediates = vector(o.intermediates);
    const auto packed_options = options(o.builtin_options);
    const auto custom = vector(o.custom_options);
    const auto mutating = o.mutating_variable_inputs.empty() ? 0 : builder_.CreateVector(o.mutating_variable_inputs);
    return tflite::CreateOperator(builder_, o.opcode_index, inputs, outputs, o.builtin_options.type, packed_options,
                                  custom, o.custom_options_format, mutating, intermediates,
                                  o.large_custom_options_offset, o.large_custom_options_size, o.builtin_options_2_type,
                                  o.debug_metadata_index);
  }

  Offset<tflite::SubGraph> subgraph(const Graph& graph) {
    std::vector<Offset<tflite::Tensor>> tensors;
    for (const auto& t : graph.tensors) tensors.push_back(tensor(*t));
    const auto packed_tensors = builder_.CreateVector(tensors);
    const auto inputs = vector(graph.inputs), outputs = vector(graph.outputs);
    std::vector<Offset<tflite::Operator>> operators;
    for (const auto& o : graph.operators) operators.push_back(op(*o));
    const auto packed_operators = builder_.CreateVector(operators);
    const auto name = string(graph.name);
    return tflite::CreateSubGraph(builder_, packed_tensors, inputs, outputs, packed_operators, name,
                                  graph.debug_metadata_index);
  }

  FlatBufferBuilder builder_;
  std::map<std::string, flatbuffers::uoffset_t> written_, written_options_;  // by content
};

// What webquant does not know it cannot write either.
void require_known_content(const Model& model) {
  for (size_t i = 0; i < graph(model).operators.size(); ++i) {
    const auto& op = *graph(model).operators[i];
    const bool unknown = op.builtin_options.type != tflite::BuiltinOptions::NONE && !op.builtin_options.value;
    if (unknown || op.builtin_options_2_type != 0) {
      fail(ErrorCode::kUnsupported, op_label(model, i), "its options are not known to webquant and would be lost");
    }
  }
  for (const auto& tensor : graph(model).tensors) {
    if (!tensor->sparsity && tensor->variant_tensors.empty() && tensor->external_buffer == 0) continue;
    fail(ErrorCode::kUnsupported, text("tensor \"", tensor->name, "\""),
         "is sparse, a variant or kept in another file, which would be lost");
  }
}

}  // namespace

std::vector<uint8_t> save(const Model& model) {
  require_known_content(model);
  std::vector<uint8_t> file = Packer(model).pack(model);
  append_archive(file, model.associated_files);
  return file;
}

}  // namespace webquant
