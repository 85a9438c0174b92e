// The forms in which a graph has each tensor of the float model while static INT8 is carried out: as float, as INT8, or
// both, with the QUANTIZE and DEQUANTIZE operators that lead from one to the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "quantize/graph_editor.h"
#include "quantize/plan.h"
#include "quantize/spec.h"

namespace webquant {

/// Knows where the values of each tensor of the float model are to be had, and makes a form that an operator wants in
/// front of it. Operators are visited in their order: what an operator reads has been written by an earlier one.
class TensorForms {
 public:
  /// All of them must last as long as this object.
  TensorForms(Model& model, const QuantSpec& spec, const StaticPlan& plan, GraphEditor& editor);

  /// Gives the graph's inputs the type that the user wants.
  void begin();
  /// Gives the graph's outputs that type, with conversions behind the last operator.
  void end();

  /// The int8 form of a tensor with these parameters, for operator `n`.
  int int8_form(int32_t tensor, QuantParams params, size_t n);

  /// Makes operator `n` read and write floats.
  void keep_float(size_t n);
  /// Makes operator `n` write int8 with the parameters of the plan.
  void write_int8(size_t n);

 private:
  bool is_graph_output(int32_t tensor) const;
  void make_int8(int32_t tensor, QuantParams params);
  void make_uint8(int32_t tensor, QuantParams params);
  int add_int8(int32_t like, QuantParams params);
  int int8_activation(int32_t tensor, QuantParams params, size_t n);
  int int8_constant(int32_t tensor, QuantParams params);

  Model& model_;
  const QuantSpec& spec_;
  const StaticPlan& plan_;
  GraphEditor& editor_;
  size_t op_count_;
  std::vector<int> float_, int8_;  // by tensor of the float model: the tensor with its values, or -1
  std::vector<bool> has_left_;     // by tensor of the float model: whether it is a graph output that is done
  std::map<std::tuple<int32_t, float, int32_t>, int> rescaled_;  // int8 forms with other parameters than the plan's
};

}  // namespace webquant
