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
  /// Where the scale of the outputs comes from.
  enum class Output : uint8_t {
    kCalibrated,          // from the statistics: the output has a range of its own
    kSameAsInput,         // the operator moves values: its first data input and all outputs share one scale
    kInputsSameAsOutput,  // the operator merges values: all inputs and the output share one scale
    kFixed,               // `fixed`, which follows from the range of the function
    kIntegers,            // the outputs are sizes or indices, which have no scale
  };
  Output output = Output::kCalibrated;
  QuantParams fixed = {};

  /// Input slots, -1 where there is none: the values that the weights are multiplied with, or that are moved; the
  /// weights; the bias.
  int8_t data = 0;
  int8_t weights = -1, bias = -1;
  /// The dimension of the weights that counts the output channels.
  int8_t channel_axis = 0;
  /// Bit i is set where input i is not data but, for example, a shape, axes or paddings. Such an input keeps its type.
  uint32_t skip_inputs = 0;

  /// The version that TensorFlow Lite gives the operator in each quantized form; 0 where it has no such form.
  int8_t int8_version = 0;
  /// Static INT8 where the product of the input scales is at least the output scale; 0 where that makes no difference.
  int8_t int8_enlarging_version = 0;
  /// Dynamic INT8, where each channel of the weights has a scale, and where they have one scale together.
  int8_t dynamic_version = 0;
  int8_t dynamic_per_tensor_version = 0;
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
