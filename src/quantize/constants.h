// Float constants and their INT8 forms. The passes of this folder share it.
#pragma once

#include <string>
#include <vector>

#include "model/model.h"
#include "quantize/graph_editor.h"

namespace webquant {

/// Whether input `slot` of an operator is a float constant.
bool is_float_constant(const Model& model, const Operator& op, int slot);

/// Symmetric weight scales of a float constant: one, or one a channel.
std::vector<float> weight_scales(const Model& model, const Tensor& weights, int channel_axis, bool per_channel);

/// The name of a quantized constant, made from that of the float one. Converters join the names of all that they fused
/// into a constant ("a;b;c"), which says nothing that the operator's own name does not, and may take more room than
/// small weights: such names are left out.
inline std::string constant_name(const std::string& name) {
  return name.find(';') == std::string::npos ? name : std::string();
}

/// Replaces constant weights by int8 ones with these scales. Returns the new tensor's index.
int add_int8_weights(GraphEditor& editor, const Model& model, const Tensor& weights, int channel_axis,
                     std::vector<float> scales);

}  // namespace webquant
