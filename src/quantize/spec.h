// What a quantization is asked to do, and what it tells of what it did. Every pass of this folder takes or gives these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "model/model.h"

namespace webquant {

enum class Mode { kFp16, kDynamicInt8, kStaticInt8 };

/// Whether static INT8 joins values of unlike kinds on one scale at the model's outputs; see joins.h. kAuto: not where
/// something would be lost. kFloat: no operator that joins values is in INT8. kInt8: always, as converters do.
enum class Joins { kAuto, kFloat, kInt8 };

struct QuantSpec {
  Mode mode = Mode::kStaticInt8;
  DType io = DType::FLOAT32;     // static INT8: type of the graph's inputs and outputs: FLOAT32, INT8 or UINT8
  bool per_channel = true;       // weights: one scale a channel, or one a tensor
  bool symmetric = false;        // activations
  bool equalize = false;         // static INT8, see equalize.h and bias_correction.h; both need `Stats::details`,
  bool bias_correction = false;  // without which they do nothing
  Joins joins = Joins::kAuto;    // static INT8
  size_t min_elements = 1024;    // dynamic INT8: constants smaller than this stay float
  // Whether the operator or tensor of that name stays float.
  std::function<bool(const std::string& name)> excluded = [](const std::string&) { return false; };
};

/// What became of one operator of the input model.
struct OpDecision {
  size_t index;
  std::string type, name;
  std::string decision;  // "float32", "float16", "int8" or "dynamic-int8"
  std::string reason;    // why it stayed float; empty otherwise
};

struct QuantResult {
  Model model;
  std::vector<OpDecision> ops;
  std::vector<std::string> warnings;
};

}  // namespace webquant
