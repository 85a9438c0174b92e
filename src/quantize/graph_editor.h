// What the quantization modes share: editing a model's graph.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ops/activation.h"
#include "quantize/quantize.h"

namespace webquant {

/// Collects changes to a model: new tensors, and operators to be put in front of existing ones.
class GraphEditor {
 public:
  explicit GraphEditor(Model& model) : model_(model), before_(graph(model).operators.size() + 1) {}

  /// Adds a tensor like `like` of another type, without quantization or value. Returns its index.
  int add_tensor(int like, std::string name, DType type);

  /// Adds a constant. `scales` empty: not quantized; several: per channel along `axis`.
  template <class T>
  int add_constant(std::string name, Shape shape, DType type, std::span<const T> values, std::vector<float> scales = {},
                   int axis = 0) {
    const auto bytes = std::as_bytes(values);
    return add_constant_bytes(std::move(name), std::move(shape), type,
                              {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, std::move(scales), axis);
  }

  void set_params(int tensor, QuantParams params);

  /// Raises the operator's version to `version`: a higher one, which an option asks for, stays.
  void set_version(size_t op, int version);

  /// Puts a QUANTIZE or DEQUANTIZE from `input` to `output` in front of operator `op`; the number of operators: at the
  /// end.
  void insert_conversion(size_t op, OpCode code, int version, int input, int output);

  /// Puts the collected operators in place and drops what is no longer used.
  void finish();

  Tensor& tensor(int index) { return *graph(model_).tensors[index]; }
  Operator& op(size_t index) { return *graph(model_).operators[index]; }

 private:
  int add_constant_bytes(std::string name, Shape shape, DType type, std::span<const uint8_t> bytes,
                         std::vector<float> scales, int axis);

  Model& model_;
  std::vector<std::vector<std::unique_ptr<Operator>>> before_;  // by operator
};

/// The operators of a model, with what the user excluded.
std::vector<OpDecision> undecided(const Model& model);
bool is_excluded(const Model& model, size_t op_index, const QuantSpec& spec);

/// What has become of a model's operators.
struct FusedClamps {
  std::vector<size_t> operators;   // by operator of before: which one does its work now
  std::set<std::string> excluded;  // names of operators now that do the work of an excluded one
};

/// Makes a RELU, RELU6 or RELU_N1_TO_1 part of the operator before it, where nothing else reads that one's result. The
/// clamp's tensor keeps its name; the other one's stays behind, unused.
FusedClamps fuse_clamps(Model& model, const QuantSpec& spec);

/// Whether input `slot` of an operator is a float constant.
bool is_float_constant(const Model& model, const Operator& op, int slot);

/// The clamp that an operator ends with, fused into it or itself one; see `fused_activation`.
tflite::ActivationFunctionType clamp_of(const Model& model, const Operator& op);

/// Symmetric weight scales of a float constant: one, or one a channel.
std::vector<float> weight_scales(const Model& model, const Tensor& weights, int channel_axis, bool per_channel);

/// The name of a quantized constant, made from that of the float one. Converters join the names of all that they fused
/// into a constant ("a;b;c"), which says nothing that the operator's own name does not, and may take more room than
/// small weights: such names are left out.
inline std::string constant_name(const std::string& name) {
  return name.find(';') == std::string::npos ? name : std::string();
}

/// Replaces constant weights by int8 ones with these scales. Returns the new tensor's index.
int add_int8_weights(GraphEditor& editor, const Model& model, const Tensor& weights, int channel_axis,
                     std::vector<float> scales);

/// Undoes quantize_fp16: half-precision constants become float32, and the operators that expanded them go.
void expand_halves(Model& model);

void quantize_fp16(Model& model, const QuantSpec& spec, QuantResult& result);
void quantize_dynamic(Model& model, const QuantSpec& spec, QuantResult& result);
void quantize_static(Model& model, const QuantSpec& spec, const Stats& stats, QuantResult& result);

}  // namespace webquant
