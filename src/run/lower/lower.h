// What an operator needs to add itself to an XNNPACK subgraph: its operands as XNNPACK's values, conversions between
// types, weights and biases in the forms that kernels take. The families of operators in this folder use it.
#pragma once

#include <cmath>
#include <functional>

#include "ops/view.h"
#include "run/subgraph.h"

namespace webquant {

/// One operator being lowered. Operands are XNNPACK value ids.
class LowerContext : public OpView {
 public:
  LowerContext(SubgraphBuilder& builder, size_t op_index)
      : OpView(builder.model(), op_index, builder.facts()),
        builder_(builder),
        input_overrides_(input_count(), XNN_INVALID_VALUE_ID),
        output_overrides_(output_count(), XNN_INVALID_VALUE_ID),
        input_shapes_(input_count()) {
    for (size_t i = 0; i < input_count(); ++i) {
      if (has_input(i)) input_shapes_[i] = input_shape(i);
    }
  }

  SubgraphBuilder& builder() { return builder_; }
  xnn_subgraph_t graph() const { return builder_.handle(); }
  const QuantRule& rule() const;
  uint32_t in(size_t i);
  uint32_t out(size_t i = 0);

  /// Element type that the operator reads or writes, after compute_in_float().
  DType in_type(size_t i) const;
  DType out_type() const;
  bool is_known(size_t i) const { return has_input(i) && is_constant(i); }

  /// Dequantizes quantized inputs and quantizes the outputs again, for what XNNPACK runs in float only.
  void compute_in_float();

  /// Input 0 or the output as the integers that it is stored as, which are taken to have scale 1 (or `scale`) and zero
  /// point 0. XNNPACK knows nothing of the connection to in(0) and out(): it runs nodes in the order of their
  /// definition, which keeps it right.
  uint32_t stored_input() { return builder_.alias(input_index(0), Role::kInput, 1, *this); }
  uint32_t stored_output(float scale) { return builder_.alias(output_index(0), Role::kOutput, scale, *this); }
  uint32_t stored_temporary(const Shape& shape, float scale) {
    return builder_.define(output(0).type, shape, {scale, 0}, nullptr, *this);
  }

  /// Rescales input `i` to the output's quantization where the two differ.
  void match_output_scale(size_t i);

  /// Writes quantized input `i` to a quantized value with the output's type and parameters.
  void rescale(size_t i, uint32_t to);

  /// Calls `define` with the fused activation's clamp and the id to write to, then appends what is no clamp.
  void with_activation(tflite::ActivationFunctionType activation,
                       const std::function<void(float min, float max, uint32_t out)>& define);

  /// A new internal value of the output's type and quantization.
  uint32_t temporary(const Shape& shape);
  uint32_t float_temporary(const Shape& shape);
  uint32_t float_constant(const Shape& shape, std::span<const float> values);
  uint32_t int8_constant(const Shape& shape, size_t channel_axis, std::span<const int8_t> values,
                         std::span<const float> scales);

  /// INT8 weights with a scale a channel. `values` must live until the runtime is created.
  uint32_t define_int8_weights(const Shape& shape, size_t channel_axis, const int8_t* values,
                               std::span<const float> scales);

  /// Scale and zero point of an operand. Throws unsupported, naming it by `role`, where it has not exactly one.
  QuantParams require_params(const Tensor& tensor, const char* role) const;

  /// The shape of what in(i) gives.
  const Shape& shape_in(size_t i) const { return input_shapes_[i]; }

  void unary(xnn_unary_operator type, uint32_t input, uint32_t output, const xnn_unary_params* params = nullptr) {
    check(xnn_define_unary(graph(), type, params, input, output, 0));
  }

  /// Reduces `input` along these axes of its shape.
  void reduce(xnn_reduce_operator type, const std::vector<size_t>& axes, bool keep_dims, uint32_t input,
              uint32_t output) {
    check(xnn_define_static_reduce(graph(), type, axes.size(), axes.data(), input, output,
                                   keep_dims ? XNN_FLAG_KEEP_DIMS : 0));
  }

  void clamp(float min, float max, uint32_t input, uint32_t output) {
    const xnn_unary_params params = {.clamp = {.min = min, .max = max}};
    unary(xnn_unary_clamp, input, output, &params);
  }

  /// Gives input `i` another shape of as many elements, without a node when it has it already.
  void reshape_input(size_t i, const Shape& shape);

  /// Takes the status of each xnn_define_... of a node; throws for a failed one.
  void check(xnn_status status);

  /// The same for the xnn_define_... of a value.
  void check_value(xnn_status status) const;

  /// XNNPACK keeps a pointer for each element of each window: refuses what would not fit.
  void require_window_budget(int64_t kernel_elements) const;

  void note(std::string text) { builder_.set_note(index(), std::move(text)); }
  bool output_is_known() const { return facts_.dequantized.contains(output_index(0)); }

  /// Throws unsupported, naming the input, for one of a type that no operator takes from XNNPACK.
  void require_taken_types() const;

  /// Emits what compute_in_float() left to do.
  void finish();

 private:
  SubgraphBuilder& builder_;
  std::vector<uint32_t> input_overrides_;   // by input: the converted or reshaped value that stands in for it
  std::vector<uint32_t> output_overrides_;  // by output: the value that is converted to it
  std::vector<Shape> input_shapes_;         // by input: the shape of what in() gives
  bool in_float_ = false;
};

inline bool is_clamp_needed(float min, float max) { return std::isfinite(min) || std::isfinite(max); }

inline std::vector<size_t> to_sizes(const Shape& shape) { return {shape.begin(), shape.end()}; }

/// Adds operator `op` of the model to the subgraph. Throws unsupported or invalid-model, naming it.
void lower(SubgraphBuilder& builder, size_t op);

}  // namespace webquant
