#include "quantize/weights.h"

#include <cmath>

#include "base/quant_math.h"
#include "quantize/bias_correction.h"
#include "quantize/constants.h"
#include "quantize/integer_bias.h"

namespace webquant {

WeightQuantizer::WeightQuantizer(Model& model, const QuantSpec& spec, const Stats& stats, GraphEditor& editor)
    : model_(model), spec_(spec), stats_(stats), editor_(editor), names_(tensor_names(model)) {}

void WeightQuantizer::quantize(size_t n, const QuantRule& rule, int32_t input, float input_scale) {
  Operator& op = editor_.op(n);
  const int32_t float_weights = op.inputs[rule.weights];
  const Tensor& weights = editor_.tensor(float_weights);
  if (op.inputs.size() <= static_cast<size_t>(rule.bias)) op.inputs.resize(rule.bias + 1, -1);
  const int32_t float_bias = op.inputs[rule.bias];
  // Integer kernels want a bias, even one of zeros.
  const std::vector<float> zeros(weights.shape[rule.channel_axis]);
  const auto bias =
      float_bias >= 0 ? constant_values<float>(model_, editor_.tensor(float_bias)) : std::span<const float>(zeros);
  min_max(bias, text("the bias of ", op_label(model_, n)));  // refuses NaN and infinities

  auto scales = weight_scales(model_, weights, rule.channel_axis, spec_.per_channel);
  widen_steps(scales, bias, input_scale);
  require_finite_steps(n, input, scales, input_scale);
  const int stored = int8_weights(float_weights, rule, scales);
  const auto errors =
      spec_.bias_correction ? errors_of_means(n, rule, input, float_weights, stored) : std::vector<double>();
  op.inputs[rule.weights] = stored;
  set_bias(n, rule, integer_bias(bias, errors, scales, input_scale), scales, input_scale);
}

// Values near the largest float have no steps of products that a float could hold.
void WeightQuantizer::require_finite_steps(size_t n, int32_t input, std::span<const float> scales,
                                           float input_scale) const {
  for (const float scale : scales) {
    if (std::isfinite(input_scale * scale)) continue;
    fail(ErrorCode::kInvalidInput, op_label(model_, n),
         text("its input \"", names_[input], "\" has a scale of ", input_scale, " and its weights one of ", scale,
              ", whose product is beyond float32; look at the statistics and the weights, or exclude it"));
  }
}

int WeightQuantizer::int8_weights(int32_t weights, const QuantRule& rule, const std::vector<float>& scales) {
  const auto key = std::tuple(weights, static_cast<int>(rule.channel_axis), scales);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  return known_[key] = add_int8_weights(editor_, model_, editor_.tensor(weights), rule.channel_axis, scales);
}

// By how much the mean of each output channel is too large. Empty where the statistics do not tell the means of the
// input's channels.
std::vector<double> WeightQuantizer::errors_of_means(size_t n, const QuantRule& rule, int32_t input,
                                                     int32_t float_weights, int32_t int8_weights) const {
  const auto seen = stats_.details.find(names_[input]);
  if (seen == stats_.details.end()) return {};
  // Each output of a transposed convolution meets only some of the weights.
  if (op_code(model_, editor_.op(n)) == OpCode::TRANSPOSE_CONV) return {};
  const Tensor& rounded = editor_.tensor(int8_weights);
  const auto weights = constant_values<float>(model_, editor_.tensor(float_weights));
  const auto& scales = rounded.quantization->scale;
  const ChannelView view =
      scales.size() > 1 ? channel_view(rounded.shape, rule.channel_axis) : ChannelView{1, 1, weights.size()};
  return mean_errors(model_, editor_.op(n), rule, weights,
                     dequantize_channels(constant_values<int8_t>(model_, rounded), view, scales), seen->second,
                     stats_.samples);
}

void WeightQuantizer::set_bias(size_t n, const QuantRule& rule, std::span<const int32_t> bias,
                               std::span<const float> scales, float input_scale) {
  std::vector<float> bias_scales(scales.size());
  for (size_t i = 0; i < scales.size(); ++i) bias_scales[i] = input_scale * scales[i];
  const auto channels = static_cast<int32_t>(bias.size());
  // It has no name: one would say no more than the operator's, and take more room than many a bias.
  editor_.op(n).inputs[rule.bias] =
      editor_.add_constant<int32_t>("", {channels}, DType::INT32, bias, std::move(bias_scales), 0);
}

}  // namespace webquant
