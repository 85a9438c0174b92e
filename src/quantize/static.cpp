#include "quantize/static.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "ops/table.h"
#include "quantize/bias_correction.h"
#include "quantize/constants.h"
#include "quantize/equalize.h"
#include "quantize/graph_editor.h"
#include "quantize/integer_bias.h"
#include "quantize/plan.h"
#include "quantize/warnings.h"

namespace webquant {
namespace {

constexpr int kQuantizeVersion = 1, kDequantizeVersion = 2;

class StaticQuantizer {
 public:
  StaticQuantizer(Model& model, const QuantSpec& spec, const Stats& stats, StaticPlan plan)
      : model_(model),
        spec_(spec),
        stats_(stats),
        names_(tensor_names(model)),
        plan_(std::move(plan)),
        editor_(model),
        op_count_(graph(model).operators.size()),
        float_form_(graph(model).tensors.size(), -1),
        int8_form_(graph(model).tensors.size(), -1) {}

  void run() {
    convert_graph_inputs();
    for (size_t n = 0; n < op_count_; ++n) {
      if (plan_.int8_op[n]) {
        quantize_op(n);
      } else {
        keep_float(n);
      }
    }
    convert_graph_outputs();
    editor_.finish();
  }

 private:
  bool is_planned(int tensor) const { return plan_.needs_params[tensor]; }

  void make_int8(int tensor, QuantParams params) {
    editor_.tensor(tensor).type = DType::INT8;
    editor_.set_params(tensor, params);
  }

  // The same real values: uint8 is int8 shifted by 128.
  void make_uint8(int tensor, QuantParams params) {
    editor_.tensor(tensor).type = DType::UINT8;
    editor_.set_params(tensor, {params.scale, params.zero_point + 128});
  }

  int add_int8(int like, QuantParams params) {
    const int added = editor_.add_tensor(like, editor_.tensor(like).name + "_int8", DType::INT8);
    editor_.set_params(added, params);
    return added;
  }

  void convert_graph_inputs() {
    for (const int32_t t : graph(model_).inputs) {
      if (spec_.io == DType::FLOAT32 || !is_planned(t)) {
        float_form_[t] = t;
      } else if (spec_.io == DType::INT8) {
        make_int8(t, plan_.params[t]);
        int8_form_[t] = t;
      } else {
        int8_form_[t] = add_int8(t, plan_.params[t]);
        make_uint8(t, plan_.params[t]);
        editor_.insert_conversion(0, OpCode::QUANTIZE, kQuantizeVersion, t, int8_form_[t]);
      }
    }
  }

  void convert_graph_outputs() {
    for (const int32_t t : graph(model_).outputs) {
      const bool is_own_form =
          float_form_[t] == t || int8_form_[t] == t || std::ranges::count(graph(model_).inputs, t) > 0;
      const bool unknown = float_form_[t] < 0 && int8_form_[t] < 0;  // a constant
      if (is_own_form || unknown || converted_[t]) continue;
      converted_[t] = true;
      const int source = int8_form_[t] >= 0 ? int8_form_[t] : float_form_[t];
      if (spec_.io == DType::FLOAT32) {
        editor_.insert_conversion(op_count_, OpCode::DEQUANTIZE, kDequantizeVersion, source, t);
        continue;
      }
      spec_.io == DType::INT8 ? make_int8(t, plan_.params[t]) : make_uint8(t, plan_.params[t]);
      editor_.insert_conversion(op_count_, OpCode::QUANTIZE, kQuantizeVersion, source, t);
    }
  }

  bool is_graph_output(int tensor) const { return std::ranges::count(graph(model_).outputs, tensor) > 0; }

  // The int8 form of a tensor with these parameters, made in front of operator `n` when there is none yet.
  int int8_form(int tensor, QuantParams params, size_t n) {
    if (int8_form_[tensor] >= 0 && plan_.params[tensor] == params) return int8_form_[tensor];
    const auto key = std::tuple(tensor, params.scale, params.zero_point);
    if (const auto known = rescaled_.find(key); known != rescaled_.end()) return known->second;
    const int source = int8_form_[tensor] >= 0 ? int8_form_[tensor] : float_form_[tensor];
    const int added = add_int8(tensor, params);
    editor_.insert_conversion(n, OpCode::QUANTIZE, kQuantizeVersion, source, added);
    return rescaled_[key] = added;
  }

  int int8_constant(int tensor, QuantParams params) {
    const auto key = std::tuple(tensor, params.scale, params.zero_point);
    if (const auto known = rescaled_.find(key); known != rescaled_.end()) return known->second;
    const auto values = constant_values<float>(model_, editor_.tensor(tensor));
    std::vector<int8_t> quantized(values.size());
    quantize_values(values, params, quantized);
    const int added = editor_.add_constant<int8_t>(constant_name(editor_.tensor(tensor).name),
                                                   editor_.tensor(tensor).shape, DType::INT8, quantized);
    editor_.set_params(added, params);
    return rescaled_[key] = added;
  }

  void keep_float(size_t n) {
    for (int32_t& input : editor_.op(n).inputs) {
      if (input < 0 || float_form_[input] >= 0 || int8_form_[input] < 0) continue;
      const int source = int8_form_[input];
      const int added = editor_.add_tensor(input, editor_.tensor(input).name + "_float32", DType::FLOAT32);
      editor_.insert_conversion(n, OpCode::DEQUANTIZE, kDequantizeVersion, source, added);
      float_form_[input] = added;
      input = added;
    }
    for (int32_t& input : editor_.op(n).inputs) {
      if (input >= 0 && static_cast<size_t>(input) < float_form_.size() && float_form_[input] >= 0)
        input = float_form_[input];
    }
    for (int32_t& output : editor_.op(n).outputs) {
      const int32_t t = output;
      // A quantized graph output keeps its tensor for what leaves the graph.
      const bool apart = spec_.io != DType::FLOAT32 && is_graph_output(t) && is_planned(t);
      if (apart) output = editor_.add_tensor(t, editor_.tensor(t).name + "_float32", DType::FLOAT32);
      float_form_[t] = output;
    }
  }

  // The AVERAGE_POOL_2D `n` becomes a MEAN over rows and columns.
  void make_mean(size_t n) {
    Operator& op = editor_.op(n);
    const std::vector<int32_t> axes = {1, 2};
    if (axes_ < 0) axes_ = editor_.add_constant<int32_t>("", {2}, DType::INT32, axes);
    op.inputs.push_back(axes_);
    tflite::ReducerOptionsT options;
    options.keep_dims = true;
    op.builtin_options.Set(std::move(options));
    op.opcode_index = intern_op_code(model_, OpCode::MEAN, 1);
  }

  void quantize_op(size_t n) {
    if (plan_.as_mean[n]) make_mean(n);
    const QuantRule& rule = find_op(op_code(model_, editor_.op(n)))->quant;
    const auto originals = editor_.op(n).inputs;
    for (size_t slot = 0; slot < originals.size(); ++slot) {
      if (originals[slot] < 0 || !is_data_input(rule, slot)) continue;
      const QuantParams params = plan_.input_params(model_, n, slot);
      const bool constant = is_constant(model_, editor_.tensor(originals[slot]));
      wanted_[slot] = constant ? int8_constant(originals[slot], params) : int8_form(originals[slot], params, n);
    }
    const QuantParams input_params = plan_.params[originals[rule.data]];
    for (const auto& [slot, tensor] : wanted_) editor_.op(n).inputs[slot] = tensor;
    wanted_.clear();
    if (rule.weights >= 0) quantize_weights(n, rule, originals[rule.data], input_params.scale);
    editor_.set_version(n, enlarges(n, rule) ? rule.int8_enlarging_version : rule.int8_version);

    for (int32_t& output : editor_.op(n).outputs) {
      if (rule.output == QuantRule::Output::kIntegers) continue;
      const int32_t t = output;
      if (spec_.io != DType::INT8 && is_graph_output(t)) {
        output = add_int8(t, plan_.params[t]);
      } else {
        make_int8(t, plan_.params[t]);
      }
      int8_form_[t] = output;
    }
  }

  // Whether a product of input steps is an output step or more.
  bool enlarges(size_t n, const QuantRule& rule) {
    if (rule.int8_enlarging_version == 0) return false;
    const Operator& op = editor_.op(n);
    float product = 1;
    for (const int32_t input : op.inputs) product *= editor_.tensor(input).quantization->scale[0];
    return product / plan_.params[op.outputs[0]].scale >= 1;
  }

  void quantize_weights(size_t n, const QuantRule& rule, int32_t input, float input_scale) {
    Operator& op = editor_.op(n);
    const int32_t weights_index = op.inputs[rule.weights];
    const Tensor& weights = editor_.tensor(weights_index);
    const int32_t channels = weights.shape[rule.channel_axis];
    if (op.inputs.size() <= static_cast<size_t>(rule.bias)) op.inputs.resize(rule.bias + 1, -1);
    const int32_t bias_index = op.inputs[rule.bias];
    // Integer kernels want a bias, even one of zeros.
    const std::vector<float> zeros(channels);
    const auto bias =
        bias_index >= 0 ? constant_values<float>(model_, editor_.tensor(bias_index)) : std::span<const float>(zeros);

    min_max(bias, text("the bias of ", op_label(model_, n)));  // refuses NaN and infinities
    auto scales = weight_scales(model_, weights, rule.channel_axis, spec_.per_channel);
    widen_steps(scales, bias, input_scale);
    require_finite_steps(n, input, scales, input_scale);
    const auto key = std::tuple(weights_index, static_cast<int>(rule.channel_axis), scales);
    auto known = weights_.find(key);
    if (known == weights_.end()) {
      known = weights_.emplace(key, add_int8_weights(editor_, model_, weights, rule.channel_axis, scales)).first;
    }
    const auto errors =
        spec_.bias_correction ? errors_of_means(n, rule, input, weights_index, known->second) : std::vector<double>();
    op.inputs[rule.weights] = known->second;
    add_bias(op, rule, integer_bias(bias, errors, scales, input_scale), scales, input_scale);
  }

  void add_bias(Operator& op, const QuantRule& rule, std::span<const int32_t> bias, std::span<const float> scales,
                float input_scale) {
    std::vector<float> bias_scales(scales.size());
    for (size_t i = 0; i < scales.size(); ++i) bias_scales[i] = input_scale * scales[i];
    const auto channels = static_cast<int32_t>(bias.size());
    // Without a name: it would say no more than the operator's, and take more room than many a bias.
    op.inputs[rule.bias] = editor_.add_constant<int32_t>("", {channels}, DType::INT32, bias, std::move(bias_scales), 0);
  }

  // By how much the mean of each output channel is too large. Empty where the statistics do not tell the means of the
  // input's channels.
  std::vector<double> errors_of_means(size_t n, const QuantRule& rule, int32_t input, int32_t float_weights,
                                      int32_t int8_weights) {
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

  // Values near the largest float have no steps of products that a float could hold.
  void require_finite_steps(size_t n, int32_t input, std::span<const float> scales, float input_scale) {
    for (const float scale : scales) {
      if (std::isfinite(input_scale * scale)) continue;
      fail(ErrorCode::kInvalidInput, op_label(model_, n),
           text("its input \"", names_[input], "\" has a scale of ", input_scale, " and its weights one of ", scale,
                ", whose product is beyond float32; look at the statistics and the weights, or exclude it"));
    }
  }

  Model& model_;
  const QuantSpec& spec_;
  const Stats& stats_;
  std::vector<std::string> names_;  // of the float model's tensors
  StaticPlan plan_;
  GraphEditor editor_;
  size_t op_count_;
  std::vector<int> float_form_, int8_form_;  // by tensor of the float model: where its values are to be had, or -1
  std::map<std::tuple<int, float, int32_t>, int> rescaled_;  // tensors in a scale of their reader's
  std::map<std::tuple<int, int, std::vector<float>>, int> weights_;
  std::map<size_t, int> wanted_;
  std::map<int, bool> converted_;
  int axes_ = -1;  // the constant [1, 2]
};

}  // namespace

void quantize_static(Model& model, const QuantSpec& spec, const Stats& stats, QuantResult& result) {
  for (auto& warning : calibration_warnings(model, stats)) result.warnings.push_back(std::move(warning));
  Stats own = stats;
  if (spec.equalize) equalize(model, spec, own);
  StaticPlan plan = plan_static(model, spec, own, result.ops);
  StaticQuantizer(model, spec, own, std::move(plan)).run();
}

}  // namespace webquant
