// Clamps that stand alone become part of the operator before them, as converters write them: one operator less, and in
// static INT8 one rounding less, as the result needs no scale that also holds what the clamp cuts off.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "model/model.h"
#include "quantize/spec.h"

namespace webquant {

/// The clamp that an operator ends with, fused into it or itself one; see `fused_activation`. NONE for operators
/// outside the table, whatever their options say.
tflite::ActivationFunctionType clamp_of(const Model& model, const Operator& op);

/// What has become of a model's operators.
struct FusedClamps {
  std::vector<size_t> operators;   // by operator of before: which one does its work now
  std::set<std::string> excluded;  // names of operators now that do the work of an excluded one
};

/// Makes a RELU, RELU6 or RELU_N1_TO_1 part of the operator before it, where nothing else reads that one's result. The
/// clamp's tensor keeps its name; the other one's stays behind, unused.
FusedClamps fuse_clamps(Model& model, const QuantSpec& spec);

}  // namespace webquant
