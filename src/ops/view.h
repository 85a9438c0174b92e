// One operator of a model, with what is known of its operands. Shape inference, portable kernels and lowering all look
// at operators through it, and name them by it in errors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/model.h"
#include "ops/facts.h"
#include "ops/op.h"

namespace webquant {

/// One operator of a model, with what is known so far: what shape inference, portable kernels and lowering have in
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

}  // namespace webquant
