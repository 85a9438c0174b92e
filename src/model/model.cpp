#include "model/model.h"

#include <algorithm>
#include <set>

namespace webquant {

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
