// check(): what a model must hold for the rest of the core to index into it without looking again.
#include "model/check.h"

#include <cmath>
#include <optional>

namespace webquant {
namespace {

[[noreturn]] void invalid(std::string where, std::string message) {
  fail(ErrorCode::kInvalidModel, std::move(where), std::move(message));
}

std::string tensor_label(const Model& model, size_t index) {
  return text("tensor #", index, " \"", graph(model).tensors[index]->name, "\"");
}

// Bytes of a constant of this type and count; none where webquant does not know the layout.
std::optional<uint64_t> constant_bytes(DType type, uint64_t count) {
  if (type == DType::INT4 || type == DType::UINT4) return count / 2 + count % 2;
  if (element_size(type) == 0) return std::nullopt;
  return element_size(type) * count;
}

void check_quantization(const Model& model, size_t index) {
  const Tensor& tensor = *graph(model).tensors[index];
  if (!tensor.quantization) return;
  const auto& quant = *tensor.quantization;
  const size_t count = quant.scale.size();
  for (const float scale : quant.scale) {
    if (!std::isfinite(scale) || scale < 0)
      invalid(tensor_label(model, index), text("has a quantization scale of ", scale));
  }
  if (!quant.zero_point.empty() && quant.zero_point.size() != count) {
    invalid(tensor_label(model, index), text("has ", count, " scales but ", quant.zero_point.size(), " zero points"));
  }
  if (count <= 1) return;
  const int axis = quant.quantized_dimension;
  if (axis < 0 || axis >= static_cast<int>(tensor.shape.size()) || tensor.shape[axis] != static_cast<int32_t>(count)) {
    invalid(tensor_label(model, index),
            text("has ", count, " scales along dimension ", axis, " of shape ", to_string(tensor.shape)));
  }
}

void check_tensor(const Model& model, size_t index) {
  const Tensor& tensor = *graph(model).tensors[index];
  const std::string where = tensor_label(model, index);
  if (tensor.type < tflite::TensorType::MIN || tensor.type > tflite::TensorType::MAX) {
    invalid(where, text("has element type ", static_cast<int>(tensor.type), ", which does not exist"));
  }
  const size_t count = element_count(tensor.shape, where);
  if (!tensor.shape_signature.empty() && tensor.shape_signature.size() != tensor.shape.size()) {
    invalid(where, text("has shape ", to_string(tensor.shape), " but signature ", to_string(tensor.shape_signature)));
  }
  if (tensor.buffer != 0 && tensor.buffer >= model.buffers.size()) {
    invalid(where, text("refers to buffer #", tensor.buffer, " of ", model.buffers.size()));
  }
  const auto data = constant_data(model, tensor);
  const auto expected = constant_bytes(tensor.type, count);
  if (!data.empty() && !tensor.sparsity && expected && data.size() != *expected) {
    invalid(where, text("is a ", to_string(tensor.type), " constant of shape ", to_string(tensor.shape), " and needs ",
                        *expected, " bytes, but has ", data.size()));
  }
  check_quantization(model, index);
}

// Operators must come in an order in which every operand exists before it is used.
void check_order(const Model& model) {
  const Graph& g = graph(model);
  const size_t count = g.tensors.size();
  const auto in_range = [&](int32_t i, const std::string& where) {
    if (i < 0 || static_cast<size_t>(i) >= count) invalid(where, text("refers to tensor #", i, " of ", count));
  };
  std::vector<bool> available(count);
  for (size_t i = 0; i < count; ++i) {
    const Tensor& tensor = *g.tensors[i];
    available[i] = is_constant(model, tensor) || tensor.is_variable || element_count(tensor.shape, "model") == 0;
  }
  std::vector<bool> produced(count);
  for (const int32_t i : g.inputs) {
    in_range(i, "graph inputs");
    if (produced[i]) invalid("graph inputs", text("name ", tensor_label(model, i), " twice"));
    if (is_constant(model, *g.tensors[i])) invalid("graph inputs", text("name the constant ", tensor_label(model, i)));
    available[i] = produced[i] = true;
  }
  for (size_t n = 0; n < g.operators.size(); ++n) {
    const Operator& op = *g.operators[n];
    const std::string where = text("operator #", n);
    if (op.opcode_index >= model.operator_codes.size()) {
      invalid(where, text("refers to operator code #", op.opcode_index, " of ", model.operator_codes.size()));
    }
    for (const int32_t i : op.outputs) in_range(i, where);
    for (const int32_t i : op.intermediates) {
      if (i >= 0) in_range(i, where);
    }
    for (const int32_t i : op.inputs) {
      if (i == -1) continue;
      in_range(i, where);
      if (!available[i])
        invalid(op_label(model, n), text("uses ", tensor_label(model, i), " before anything produces it"));
    }
    for (const int32_t i : op.outputs) {
      if (produced[i] || is_constant(model, *g.tensors[i])) {
        invalid(op_label(model, n), text("writes ", tensor_label(model, i), ", which already has a value"));
      }
      available[i] = produced[i] = true;
    }
  }
  for (const int32_t i : g.outputs) {
    in_range(i, "graph outputs");
    if (!available[i]) invalid("graph outputs", text("name ", tensor_label(model, i), ", which nothing produces"));
  }
}

void check_references(const Model& model) {
  const size_t tensors = graph(model).tensors.size();
  for (const auto& signature : model.signature_defs) {
    if (signature->subgraph_index != 0) invalid("signature", text("refers to subgraph #", signature->subgraph_index));
    for (const auto* maps : {&signature->inputs, &signature->outputs}) {
      for (const auto& map : *maps) {
        if (map->tensor_index < tensors) continue;
        invalid(text("signature \"", signature->signature_key, "\""),
                text("refers to tensor #", map->tensor_index, " of ", tensors));
      }
    }
  }
  for (const auto& entry : model.metadata) {
    if (entry->buffer >= model.buffers.size()) {
      invalid(text("metadata \"", entry->name, "\""),
              text("refers to buffer #", entry->buffer, " of ", model.buffers.size()));
    }
  }
}

}  // namespace

void check(const Model& model) {
  if (model.version != 3)
    fail(ErrorCode::kUnsupported, "model", text("has schema version ", model.version, "; only 3 is known"));
  if (model.subgraphs.empty()) invalid("model", "holds no graph");
  if (model.subgraphs.size() > 1) {
    fail(ErrorCode::kUnsupported, "model", text("holds ", model.subgraphs.size(), " subgraphs; only one can run"));
  }
  for (size_t i = 0; i < graph(model).tensors.size(); ++i) check_tensor(model, i);
  check_order(model);
  check_references(model);
}

}  // namespace webquant
