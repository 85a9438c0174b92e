#include "quantize/forms.h"

#include <algorithm>
#include <string>

#include "quantize/constants.h"

namespace webquant {
namespace {

constexpr int kQuantizeVersion = 1, kDequantizeVersion = 2;

// Variables and tensors without elements: they have values although no operator makes them and no buffer holds them.
std::vector<bool> made_by_nobody(const Model& model) {
  const Graph& g = graph(model);
  std::vector<bool> result(g.tensors.size(), true);
  for (const int32_t input : g.inputs) result[input] = false;
  for (const auto& op : g.operators) {
    for (const int32_t output : op->outputs) result[output] = false;
  }
  for (size_t i = 0; i < result.size(); ++i) {
    if (is_constant(model, *g.tensors[i])) result[i] = false;
  }
  return result;
}

}  // namespace

TensorForms::TensorForms(Model& model, const QuantSpec& spec, const StaticPlan& plan, GraphEditor& editor)
    : model_(model),
      spec_(spec),
      plan_(plan),
      editor_(editor),
      op_count_(graph(model).operators.size()),
      float_(graph(model).tensors.size(), -1),
      int8_(graph(model).tensors.size(), -1),
      has_left_(graph(model).tensors.size()) {
  const auto nobody = made_by_nobody(model);
  for (size_t i = 0; i < nobody.size(); ++i) {
    if (nobody[i]) float_[i] = static_cast<int>(i);
  }
}

void TensorForms::begin() {
  for (const int32_t t : graph(model_).inputs) {
    if (spec_.io == DType::FLOAT32 || !plan_.needs_params[t]) {
      float_[t] = t;
    } else if (spec_.io == DType::INT8) {
      make_int8(t, plan_.params[t]);
      int8_[t] = t;
    } else {
      int8_[t] = add_int8(t, plan_.params[t]);
      make_uint8(t, plan_.params[t]);
      editor_.insert_conversion(0, OpCode::QUANTIZE, kQuantizeVersion, t, int8_[t]);
    }
  }
}

void TensorForms::end() {
  for (const int32_t t : graph(model_).outputs) {
    const bool is_own_form = float_[t] == t || int8_[t] == t || std::ranges::count(graph(model_).inputs, t) > 0;
    const bool is_constant = float_[t] < 0 && int8_[t] < 0;
    if (is_own_form || is_constant || has_left_[t]) continue;
    has_left_[t] = true;
    const int source = int8_[t] >= 0 ? int8_[t] : float_[t];
    if (spec_.io == DType::FLOAT32) {
      editor_.insert_conversion(op_count_, OpCode::DEQUANTIZE, kDequantizeVersion, source, t);
      continue;
    }
    spec_.io == DType::INT8 ? make_int8(t, plan_.params[t]) : make_uint8(t, plan_.params[t]);
    editor_.insert_conversion(op_count_, OpCode::QUANTIZE, kQuantizeVersion, source, t);
  }
}

int TensorForms::int8_form(int32_t tensor, QuantParams params, size_t n) {
  return is_constant(model_, editor_.tensor(tensor)) ? int8_constant(tensor, params)
                                                     : int8_activation(tensor, params, n);
}

void TensorForms::keep_float(size_t n) {
  for (int32_t& input : editor_.op(n).inputs) {
    if (input < 0) continue;
    if (float_[input] < 0 && int8_[input] >= 0) {
      const int added = editor_.add_tensor(input, editor_.tensor(input).name + "_float32", DType::FLOAT32);
      editor_.insert_conversion(n, OpCode::DEQUANTIZE, kDequantizeVersion, int8_[input], added);
      float_[input] = added;
    }
    // A constant is its own float form.
    if (float_[input] >= 0) input = float_[input];
  }
  for (int32_t& output : editor_.op(n).outputs) {
    const int32_t t = output;
    // A graph output of another type keeps its tensor for what leaves the graph.
    const bool is_apart = spec_.io != DType::FLOAT32 && is_graph_output(t) && plan_.needs_params[t];
    if (is_apart) output = editor_.add_tensor(t, editor_.tensor(t).name + "_float32", DType::FLOAT32);
    float_[t] = output;
  }
}

void TensorForms::write_int8(size_t n) {
  for (int32_t& output : editor_.op(n).outputs) {
    const int32_t t = output;
    // A graph output of another type keeps its tensor for what leaves the graph.
    if (spec_.io != DType::INT8 && is_graph_output(t)) {
      output = add_int8(t, plan_.params[t]);
    } else {
      make_int8(t, plan_.params[t]);
    }
    int8_[t] = output;
  }
}

bool TensorForms::is_graph_output(int32_t tensor) const {
  return std::ranges::count(graph(model_).outputs, tensor) > 0;
}

void TensorForms::make_int8(int32_t tensor, QuantParams params) {
  editor_.tensor(tensor).type = DType::INT8;
  editor_.set_params(tensor, params);
}

// The same real values: uint8 is int8 shifted by 128.
void TensorForms::make_uint8(int32_t tensor, QuantParams params) {
  editor_.tensor(tensor).type = DType::UINT8;
  editor_.set_params(tensor, {params.scale, params.zero_point + 128});
}

int TensorForms::add_int8(int32_t like, QuantParams params) {
  const int added = editor_.add_tensor(like, editor_.tensor(like).name + "_int8", DType::INT8);
  editor_.set_params(added, params);
  return added;
}

int TensorForms::int8_activation(int32_t tensor, QuantParams params, size_t n) {
  if (int8_[tensor] >= 0 && plan_.params[tensor] == params) return int8_[tensor];
  const auto key = std::tuple(tensor, params.scale, params.zero_point);
  if (const auto known = rescaled_.find(key); known != rescaled_.end()) return known->second;
  const int source = int8_[tensor] >= 0 ? int8_[tensor] : float_[tensor];
  const int added = add_int8(tensor, params);
  editor_.insert_conversion(n, OpCode::QUANTIZE, kQuantizeVersion, source, added);
  return rescaled_[key] = added;
}

int TensorForms::int8_constant(int32_t tensor, QuantParams params) {
  const auto key = std::tuple(tensor, params.scale, params.zero_point);
  if (const auto known = rescaled_.find(key); known != rescaled_.end()) return known->second;
  const Tensor& original = editor_.tensor(tensor);
  const auto values = constant_values<float>(model_, original);
  std::vector<int8_t> quantized(values.size());
  quantize_values(values, params, quantized);
  const int added = editor_.add_constant<int8_t>(constant_name(original.name), original.shape, DType::INT8, quantized);
  editor_.set_params(added, params);
  return rescaled_[key] = added;
}

}  // namespace webquant
