// A .tflite file in memory, and what every part of the core asks of it.
//
// A model is the FlatBuffers object API's own tree: what webquant does not touch (metadata, signatures, options)
// survives a round trip without any code of its own. Files that the metadata describes follow it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/quant_math.h"
#include "base/tensor.h"

namespace webquant {

struct Model : tflite::ModelT {
  std::vector<uint8_t> associated_files;  // a ZIP archive, see archive.h; empty in most models

  /// The file that the model was loaded from, shared by copies of the model. Large constants stay in it instead of
  /// being copied: where `in_file` has bytes for a buffer, `buffers` has none. Read both through `buffer_bytes`.
  std::shared_ptr<const std::vector<uint8_t>> file;
  std::vector<std::span<const uint8_t>> in_file;  // by buffer; may be shorter than `buffers`
};
using Graph = tflite::SubGraphT;
using Tensor = tflite::TensorT;
using Operator = tflite::OperatorT;
using OpCode = tflite::BuiltinOperator;

inline const Graph& graph(const Model& model) { return *model.subgraphs[0]; }
inline Graph& graph(Model& model) { return *model.subgraphs[0]; }

/// The operator's code: the larger of the two fields that hold it.
OpCode op_code(const Model& model, const Operator& op);

/// `CONV_2D`; for a custom operator `CUSTOM:its name`.
std::string op_type(const Model& model, const Operator& op);

/// The name of the operator's first output, which is how users know it.
std::string op_name(const Model& model, size_t op_index);

/// `CONV_2D #3 "features/conv1"`, for errors and reports.
std::string op_label(const Model& model, size_t op_index);

/// Index into `operator_codes` of (code, version), added when missing.
uint32_t intern_op_code(Model& model, OpCode code, int version);

/// One distinct name a tensor: its own, or `name#index` when that is empty or taken by an earlier tensor.
std::vector<std::string> tensor_names(const Model& model);

/// Bytes of a buffer, wherever they lie.
std::span<const uint8_t> buffer_bytes(const Model& model, size_t buffer);

/// The same to be changed: bytes that lie in the file are copied first.
std::vector<uint8_t>& own_buffer_bytes(Model& model, size_t buffer);

/// Bytes of a constant tensor; empty for any other.
std::span<const uint8_t> constant_data(const Model& model, const Tensor& tensor);
inline bool is_constant(const Model& model, const Tensor& tensor) { return !constant_data(model, tensor).empty(); }

/// A constant's bytes seen as elements of T (buffers are aligned to 16 bytes).
template <class T>
std::span<const T> values_of(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}
template <class T>
std::span<const T> constant_values(const Model& model, const Tensor& tensor) {
  return values_of<T>(constant_data(model, tensor));
}

/// Scale and zero point of a tensor that has exactly one of them; none otherwise.
std::optional<QuantParams> per_tensor_params(const Tensor& tensor);

/// Adds a buffer with these bytes and returns its index.
uint32_t add_buffer(Model& model, std::span<const uint8_t> bytes);

/// Drops tensors, buffers and operator codes that nothing refers to any more, keeping the order of the others.
void remove_unused(Model& model);

}  // namespace webquant
