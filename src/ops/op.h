// The operator table: everything that differs between operators.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/quant_math.h"
#include "model/model.h"

namespace webquant {

class InferContext;
class LowerContext;
class OpView;

/// How an operator is quantized.
struct QuantRule {
  enum class Output : uint8_t {
    kCalibrated,          // its own range, from the statistics
    kSameAsInput,         // it moves values: one scale for input 0 and all outputs
    kInputsSameAsOutput,  // it merges values: one scale for all inputs and the output
    kFixed,               // the range follows from the function (`fixed`)
    kIntegers,            // sizes or indices, which have no scale
  };
  Output output = Output::kCalibrated;
  QuantParams fixed = {};
  int8_t data = 0;                        // input slots: what the weights are multiplied with, or what is moved
  int8_t weights = -1, bias = -1;         // -1: none
  int8_t channel_axis = 0;                // of the weights
  uint32_t skip_inputs = 0;               // bit i: input i is not data (a shape, axes, paddings) and keeps its type
  int8_t int8_version = 0;                // operator version of the static INT8 form, 0: it has none
  int8_t int8_enlarging_version = 0;      // of one whose product of input scales is not below the output's, 0: the same
  int8_t dynamic_version = 0;             // of the dynamic INT8 form with per-channel weights, 0: it has none
  int8_t dynamic_per_tensor_version = 0;  // of the dynamic INT8 form with one weight scale
};

/// Operands of a reference kernel as they lie in memory; an absent input is empty.
struct KernelOperands {
  std::span<const std::span<const std::byte>> inputs;
  std::span<const std::span<std::byte>> outputs;
};

/// Computes one operator, in plain C++. Made once for the operator's shapes, types and options, run for each frame.
using ReferenceKernel = std::function<void(const KernelOperands&)>;

/// One row of the table.
struct OpDef {
  OpCode code;
  int8_t min_inputs, max_inputs;  // -1: any number
  int8_t max_outputs;             // at least one, -1: any number
  /// Sets the shapes of the outputs. Throws invalid-model for operands that contradict each other, unsupported for
  /// options that webquant does not run.
  void (*infer)(InferContext&);
  /// Adds the operator to an XNNPACK subgraph. Null where XNNPACK has nothing for it, and in builds without XNNPACK.
  void (*lower)(LowerContext&);
  /// Gives a kernel for operands that XNNPACK has none for; an empty one where XNNPACK does it, or null where it always
  /// does. Throws unsupported.
  ReferenceKernel (*reference)(const OpView&);
  QuantRule quant = {};
  /// Whether it may read its first input and write its output as the integers that they are stored as, whatever their
  /// scale (see LowerContext::stored_input); both then need memory of their own.
  bool stored_integers = false;
};

/// All rows, in the order of README's table.
std::span<const OpDef> op_table();

/// The row of an operator, or null.
const OpDef* find_op(OpCode code);

/// What is known of a model's tensors before it runs.
struct TensorFacts {
  std::vector<Shape> shapes;                      // by tensor
  std::map<size_t, std::vector<uint8_t>> values;  // what follows from shapes and constants alone, and int4 as int8
  std::map<size_t, size_t> dequantized;           // outputs of a DEQUANTIZE of a constant, and that constant

  /// The shapes that the file says.
  static TensorFacts declared(const Model& model);
};

/// One operator of a model, with what is known so far: what shape inference, reference kernels and lowering have in
/// common.
class OpView {
 public:
  OpView(const Model& model, size_t index, const TensorFacts& facts) : model_(model), index_(index), facts_(facts) {}

  const Model& model() const { return model_; }
  const Operator& op() const { return *graph(model_).operators[index_]; }
  size_t index() const { return index_; }
  std::string label() const { return op_label(model_, index_); }

  size_t input_count() const { return op().inputs.size(); }
  size_t output_count() const { return op().outputs.size(); }
  bool has_input(size_t i) const { return i < op().inputs.size() && op().inputs[i] >= 0; }

  /// Throws invalid-model when input `i` is absent.
  const Tensor& input(size_t i) const { return *graph(model_).tensors[input_index(i)]; }
  const Tensor& output(size_t i) const { return *graph(model_).tensors[op().outputs[i]]; }
  size_t input_index(size_t i) const;
  size_t output_index(size_t i) const { return static_cast<size_t>(op().outputs[i]); }
  const Shape& input_shape(size_t i) const { return facts_.shapes[input_index(i)]; }
  const Shape& output_shape(size_t i) const { return facts_.shapes[output_index(i)]; }

  /// Whether input `i` is known: a constant of the model, or what follows from constants and shapes.
  bool is_constant(size_t i) const { return !constant_bytes(i).empty() || is_dequantized(i); }
  /// Whether input `i` is a DEQUANTIZE's output and that one's input a constant, which stands in for it.
  bool is_dequantized(size_t i) const { return facts_.dequantized.contains(input_index(i)); }
  /// The bytes of a known input, in its stored_type(); empty for others and for dequantized ones.
  std::span<const uint8_t> constant_bytes(size_t i) const { return known_bytes(input_index(i)); }

  /// The operator's options; defaults when the file has none. Throws invalid-model for options of another operator.
  template <class Options>
  const Options& options() const {
    static const Options defaults;
    const auto& options = op().builtin_options;
    if (options.type == tflite::BuiltinOptions::NONE) return defaults;
    if (options.type != tflite::BuiltinOptionsUnionTraits<Options>::enum_value)
      invalid("has the options of another operator");
    return *static_cast<const Options*>(options.value);
  }

  /// The type of an input where it has been loaded: int4 is kept as int8.
  DType stored_type(size_t i) const { return input(i).type == DType::INT4 ? DType::INT8 : input(i).type; }

  /// Values of a constant int32 or int64 input. Throws unsupported when it is not a constant, invalid-model for other
  /// types.
  std::vector<int32_t> constant_ints(size_t i) const;

  /// Values of a known input of any numeric type, dequantized. Throws unsupported for other types.
  std::vector<float> constant_floats(size_t i) const { return known_floats(input_index(i)); }

  /// `axis` counted from the front. Throws invalid-model when a shape of `rank` dimensions does not have it.
  size_t axis(int32_t axis, size_t rank) const;

  [[noreturn]] void invalid(std::string message) const { fail(ErrorCode::kInvalidModel, label(), std::move(message)); }
  /// The message also tells the operands' types and shapes.
  [[noreturn]] void unsupported(std::string message) const;

  /// As constant_bytes() and constant_floats(), by the index of a tensor.
  std::span<const uint8_t> known_bytes(size_t tensor) const;
  std::vector<float> known_floats(size_t tensor) const;
  /// Throws unsupported for a tensor that is not simply an array.
  void require_plain(const Tensor& tensor) const;

 protected:
  const Model& model_;
  size_t index_;
  const TensorFacts& facts_;
};

class InferContext : public OpView {
 public:
  InferContext(const Model& model, size_t index, TensorFacts& facts) : OpView(model, index, facts), result_(facts) {}
  void set_output(size_t i, Shape shape) { result_.shapes[output_index(i)] = std::move(shape); }
  /// For outputs of type int32 or int64 that are known already.
  void set_value(size_t i, std::span<const int32_t> values);
  /// Computes the outputs now if that takes nothing but constants and they are integers, as those of shape arithmetic.
  void fold(const OpDef& def);

 private:
  TensorFacts& result_;
};

/// Throws invalid-model for an operator with too few, too many or absent inputs or outputs.
void require_operands(const OpView& op, const OpDef& def);

/// Infers the outputs' shapes of one operator from those of its inputs, and their values where they are known. Throws
/// unsupported for an operator outside the table, invalid-model for a wrong number of operands or, if `declared_binds`,
/// a shape that differs from what the file declares (where that is not dynamic).
void infer_op(const Model& model, size_t op_index, TensorFacts& facts, bool declared_binds = true);

/// Shapes and known values of all tensors. `batch` > 0 replaces a dynamic first dimension of the inputs.
TensorFacts infer(const Model& model, int batch = 0);

/// Padding before and after along one axis of a convolution or pooling window.
struct WindowPadding {
  int32_t before, after;
};
WindowPadding window_padding(tflite::Padding padding, int32_t input, int32_t kernel, int32_t stride, int32_t dilation);

/// Whether an operator is a PADV2 with a constant that stands for infinity: infinite, or close to the largest float.
bool pads_unbounded(const Model& model, const Operator& op);

/// [min, max] that a fused activation clamps to; infinite where it does not. TANH and SIGN_BIT do not clamp.
struct ActivationRange {
  float min, max;
};
ActivationRange activation_range(tflite::ActivationFunctionType activation);

/// Where the options hold the activation fused into an operator; null where they have no such field.
const tflite::ActivationFunctionType* fused_activation_field(const Operator& op);
inline tflite::ActivationFunctionType* fused_activation_field(Operator& op) {
  return const_cast<tflite::ActivationFunctionType*>(fused_activation_field(std::as_const(op)));
}

/// The activation fused into an operator, or NONE.
inline tflite::ActivationFunctionType fused_activation(const Operator& op) {
  const auto* field = fused_activation_field(op);
  return field ? *field : tflite::ActivationFunctionType::NONE;
}

/// Whether the activation (or its absence) is a clamp, which integer kernels can do.
inline bool is_clamp(tflite::ActivationFunctionType a) {
  return a != tflite::ActivationFunctionType::TANH && a != tflite::ActivationFunctionType::SIGN_BIT;
}

}  // namespace webquant
