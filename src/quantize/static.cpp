#include "quantize/static.h"

#include <utility>
#include <vector>

#include "calibrate/range.h"
#include "ops/table.h"
#include "quantize/equalize.h"
#include "quantize/forms.h"
#include "quantize/graph_editor.h"
#include "quantize/plan.h"
#include "quantize/warnings.h"
#include "quantize/weights.h"

namespace webquant {
namespace {

// Carries out a plan, operator by operator.
class StaticQuantizer {
 public:
  StaticQuantizer(Model& model, const QuantSpec& spec, const Stats& stats, const StaticPlan& plan)
      : model_(model),
        plan_(plan),
        editor_(model),
        forms_(model, spec, plan, editor_),
        weights_(model, spec, stats, editor_) {}

  void run() {
    const size_t op_count = graph(model_).operators.size();
    forms_.begin();
    for (size_t n = 0; n < op_count; ++n) {
      if (plan_.int8_op[n]) {
        quantize_op(n);
      } else {
        forms_.keep_float(n);
      }
    }
    forms_.end();
    editor_.finish();
  }

 private:
  void quantize_op(size_t n) {
    if (plan_.as_mean[n]) make_mean(n);
    const QuantRule& rule = find_op(op_code(model_, editor_.op(n)))->quant;
    const int32_t data = editor_.op(n).inputs[rule.data];
    read_int8(n, rule);
    if (rule.weights >= 0) weights_.quantize(n, rule, data, plan_.params[data].scale);
    editor_.set_version(n, enlarges(n, rule) ? rule.int8_enlarging_version : rule.int8_version);
    if (rule.output != QuantRule::Output::kIntegers) forms_.write_int8(n);
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

  void read_int8(size_t n, const QuantRule& rule) {
    auto inputs = editor_.op(n).inputs;
    for (size_t slot = 0; slot < inputs.size(); ++slot) {
      if (inputs[slot] < 0 || !is_data_input(rule, slot)) continue;
      inputs[slot] = forms_.int8_form(inputs[slot], plan_.input_params(model_, n, slot), n);
    }
    editor_.op(n).inputs = std::move(inputs);
  }

  // Whether a product of input steps is an output step or more.
  bool enlarges(size_t n, const QuantRule& rule) {
    if (rule.int8_enlarging_version == 0) return false;
    const Operator& op = editor_.op(n);
    float product = 1;
    for (const int32_t input : op.inputs) product *= editor_.tensor(input).quantization->scale[0];
    return product / plan_.params[op.outputs[0]].scale >= 1;
  }

  Model& model_;
  const StaticPlan& plan_;
  GraphEditor editor_;
  TensorForms forms_;
  WeightQuantizer weights_;
  int axes_ = -1;  // the constant [1, 2]
};

}  // namespace

void quantize_static(Model& model, const QuantSpec& spec, const Stats& stats, QuantResult& result) {
  require_sound_details(stats);
  for (auto& warning : calibration_warnings(model, stats)) result.warnings.push_back(std::move(warning));
  Stats own = with_chosen_ranges(stats, spec.symmetric);
  if (spec.equalize) equalize(model, spec, own);
  const StaticPlan plan = plan_static(model, spec, own, result.ops);
  StaticQuantizer(model, spec, own, plan).run();
}

}  // namespace webquant
