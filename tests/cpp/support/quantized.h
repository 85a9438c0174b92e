// Looking at quantized models.
#pragma once

#include <map>
#include <span>
#include <string>

#include "calibrate/stats.h"
#include "model/model.h"
#include "quantize/quantize.h"

namespace webquant::test {

/// Statistics in which every float activation of the model lies in [-1, 1], except those that are named.
Stats stats_of(const Model& model, const std::map<std::string, TensorStats>& ranges = {});

/// quantize(), checked to survive a file.
QuantResult quantize_checked(const Model& model, const QuantSpec& spec, const Stats* stats = nullptr);

/// Index of the only operator of that code. A test failure when there are none or several.
size_t only_op(const Model& model, OpCode code);
size_t count_ops(const Model& model, OpCode code);

const Tensor& input_of(const Model& model, size_t op, size_t i);
const Tensor& output_of(const Model& model, size_t op);
int version_of(const Model& model, size_t op);

/// Scale and zero point of a tensor with one of each. A test failure for any other.
QuantParams params_of(const Tensor& tensor);

/// Constant input `i` of operator `op`, which must be quantized.
struct Constant {
  Constant(const Model& model, size_t op, size_t i);
  int8_t int8(size_t element) const { return static_cast<int8_t>(data[element]); }
  int32_t int32(size_t element) const;

  const Tensor& tensor;
  const tflite::QuantizationParametersT& quant;
  std::span<const uint8_t> data;
};

}  // namespace webquant::test
