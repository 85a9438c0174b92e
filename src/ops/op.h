// The operator table: everything that differs between operators.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model.h"
#include "quant_math.h"

namespace webquant {

class InferContext;
class LowerContext;

/// How an operator is quantized.
struct QuantRule {
  enum class Output : uint8_t {
    kCalibrated,          // its own range, from the statistics
    kSameAsInput,         // it moves values: one scale for input 0 and all outputs
    kInputsSameAsOutput,  // it merges values: one scale for all inputs and the output
    kFixed,               // the range follows from the function (`fixed`)
  };
  Output output = Output::kCalibrated;
  QuantParams fixed = {};
  int8_t weights = -1;  // input slots, -1: none
  int8_t bias = -1;
  int8_t channel_axis = 0;                // of the weights
  uint32_t skip_inputs = 0;               // bit i: input i is not data (a shape, axes, paddings) and keeps its type
  int8_t int8_version = 0;                // operator version of the static INT8 form, 0: it has none
  int8_t dynamic_version = 0;             // of the dynamic INT8 form with per-channel weights, 0: it has none
  int8_t dynamic_per_tensor_version = 0;  // of the dynamic INT8 form with one weight scale
};

/// One row of the table.
struct OpDef {
  OpCode code;
  int8_t min_inputs, max_inputs;  // max -1: any number
  QuantRule quant;
  /// Sets the shapes of the outputs. Throws invalid-model for operands that contradict each other, unsupported for
  /// options that webquant does not run.
  void (*infer)(InferContext&);
  /// Adds the operator to an XNNPACK subgraph. Null in builds without XNNPACK.
  void (*lower)(LowerContext&);
  /// Whether it may read its first input and write its output as the integers that they are stored as, whatever their
  /// scale (see LowerContext::stored_input); both then need memory of their own.
  bool stored_integers = false;
};

/// All rows, in the order of README's table.
std::span<const OpDef> op_table();

/// The row of an operator, or null.
const OpDef* find_op(OpCode code);

/// One operator of a model, with the shapes known so far: what shape inference and lowering have in common.
class OpView {
 public:
  OpView(const Model& model, size_t index, std::vector<Shape>& shapes)
      : model_(model), index_(index), shapes_(shapes) {}

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
  const Shape& input_shape(size_t i) const { return shapes_[input_index(i)]; }
  const Shape& output_shape(size_t i) const { return shapes_[output_index(i)]; }
  bool is_constant(size_t i) const { return webquant::is_constant(model_, input(i)); }

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

  /// Values of a constant int32 or int64 input. Throws unsupported when it is not a constant, invalid-model for other
  /// types.
  std::vector<int32_t> constant_ints(size_t i) const;

  [[noreturn]] void invalid(std::string message) const { fail(ErrorCode::kInvalidModel, label(), std::move(message)); }
  [[noreturn]] void unsupported(std::string message) const {
    fail(ErrorCode::kUnsupported, label(), std::move(message));
  }

 protected:
  const Model& model_;
  size_t index_;
  std::vector<Shape>& shapes_;
};

class InferContext : public OpView {
 public:
  using OpView::OpView;
  void set_output(size_t i, Shape shape) { shapes_[output_index(i)] = std::move(shape); }
};

/// Throws invalid-model for an operator with too few, too many or absent inputs, or not one output.
void require_operands(const OpView& op, const OpDef& def);

/// Infers the outputs' shapes of one operator from those of its inputs. Throws unsupported for an operator outside the
/// table, invalid-model for a wrong number of operands or, if `declared_binds`, a shape that differs from what the file
/// declares (where that is not dynamic).
void infer_op(const Model& model, size_t op_index, std::vector<Shape>& shapes, bool declared_binds = true);

/// Shapes of all tensors. `batch` > 0 replaces a dynamic first dimension of the inputs.
std::vector<Shape> infer_shapes(const Model& model, int batch = 0);

/// Padding before and after along one axis of a convolution or pooling window.
struct WindowPadding {
  int32_t before, after;
};
WindowPadding window_padding(tflite::Padding padding, int32_t input, int32_t kernel, int32_t stride, int32_t dilation);

/// [min, max] that a fused activation clamps to; infinite where it does not. TANH and SIGN_BIT do not clamp.
struct ActivationRange {
  float min, max;
};
ActivationRange activation_range(tflite::ActivationFunctionType activation);

/// The activation fused into an operator; NONE where its options have no such field.
tflite::ActivationFunctionType fused_activation(const Operator& op);

/// Whether the activation (or its absence) is a clamp, which integer kernels can do.
inline bool is_clamp(tflite::ActivationFunctionType a) {
  return a != tflite::ActivationFunctionType::TANH && a != tflite::ActivationFunctionType::SIGN_BIT;
}

}  // namespace webquant
