// Weights and biases of static INT8: each operator with weights gets INT8 ones, and a 32-bit bias in steps of their
// products with the input. Scheme: Jacob et al. 2018 (arXiv:1712.05877), section 2.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "calibrate/stats.h"
#include "ops/op.h"
#include "quantize/graph_editor.h"
#include "quantize/spec.h"

namespace webquant {

/// Quantizes the weights of one operator after the other. Operators that share float weights share the INT8 ones where
/// these come out the same.
class WeightQuantizer {
 public:
  /// All of them must last as long as this object; `model` is still the float model.
  WeightQuantizer(Model& model, const QuantSpec& spec, const Stats& stats, GraphEditor& editor);

  /// Operator `n`, whose data input was the float tensor `input` and has the scale `input_scale` now. Throws
  /// invalid-input where a weight or bias is not finite, or the scale of the products is beyond float32.
  void quantize(size_t n, const QuantRule& rule, int32_t input, float input_scale);

 private:
  void require_finite_steps(size_t n, int32_t input, std::span<const float> scales, float input_scale) const;
  int int8_weights(int32_t weights, const QuantRule& rule, const std::vector<float>& scales);
  std::vector<double> errors_of_means(size_t n, const QuantRule& rule, int32_t input, int32_t float_weights,
                                      int32_t int8_weights) const;
  void set_bias(size_t n, const QuantRule& rule, std::span<const int32_t> bias, std::span<const float> scales,
                float input_scale);

  Model& model_;
  const QuantSpec& spec_;
  const Stats& stats_;
  GraphEditor& editor_;
  std::vector<std::string> names_;  // of the float model's tensors
  // Float weights, their channel axis and scales -> INT8 weights.
  std::map<std::tuple<int32_t, int, std::vector<float>>, int> known_;
};

}  // namespace webquant
