// A row of the operator table: everything that differs between operators, as data. The table itself is table.inc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "base/quant_math.h"
#include "model/model.h"

namespace webquant {

class InferContext;
class LowerContext;
class OpView;

/// How an operator is quantized.
struct QuantRule {
  enum class Output : uint8_t {
    kCalibrated,          // its own range, from the statistics
    kSameAsInput,         // it moves values: one scale for input 0 and all outputs
    kInputsSameAsOutput,  // it merges values: one scale for all inputs and the output
    kFixed,               // the range follows from the function (`fixed`)
    kIntegers,            // sizes or indices, which have no scale
  };
  Output output = Output::kCalibrated;
  QuantParams fixed = {};
  int8_t data = 0;                        // input slots: what the weights are multiplied with, or what is moved
  int8_t weights = -1, bias = -1;         // -1: none
  int8_t channel_axis = 0;                // of the weights
  uint32_t skip_inputs = 0;               // bit i: input i is not data (a shape, axes, paddings) and keeps its type
  int8_t int8_version = 0;                // operator version of the static INT8 form, 0: it has none
  int8_t int8_enlarging_version = 0;      // of one whose product of input scales is not below the output's, 0: the same
  int8_t dynamic_version = 0;             // of the dynamic INT8 form with per-channel weights, 0: it has none
  int8_t dynamic_per_tensor_version = 0;  // of the dynamic INT8 form with one weight scale
};

/// Operands of a portable kernel as they lie in memory; an absent input is empty.
struct KernelOperands {
  std::span<const std::span<const std::byte>> inputs;
  std::span<const std::span<std::byte>> outputs;
};

/// Computes one operator, in plain C++. Made once for the operator's shapes, types and options, run for each frame.
using PortableKernel = std::function<void(const KernelOperands&)>;

/// One row of the table.
struct OpDef {
  OpCode code;
  int8_t min_inputs, max_inputs;  // -1: any number
  int8_t max_outputs;             // at least one, -1: any number
  /// Sets the shapes of the outputs. Throws invalid-model for operands that contradict each other, unsupported for
  /// options that webquant does not run.
  void (*infer)(InferContext&);
  /// Adds the operator to an XNNPACK subgraph. Null where XNNPACK has nothing for it, and in builds without XNNPACK.
  void (*lower)(LowerContext&);
  /// Gives a kernel for operands that XNNPACK has none for; an empty one where XNNPACK does it. Null where it always
  /// does. Throws unsupported.
  PortableKernel (*portable)(const OpView&);
  QuantRule quant = {};
  /// Whether it may read its first input and write its output as the integers that they are stored as, whatever their
  /// scale (see LowerContext::stored_input); both then need memory of their own.
  bool stored_integers = false;
};

}  // namespace webquant
