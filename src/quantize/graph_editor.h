// Edits of a model's graph while its operators keep their places: new tensors and constants, and conversions to be put
// in front of operators. The passes of this folder use it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/quant_math.h"
#include "model/model.h"

namespace webquant {

/// Collects changes to a model: new tensors, and operators to be put in front of existing ones.
class GraphEditor {
 public:
  explicit GraphEditor(Model& model) : model_(model), before_(graph(model).operators.size() + 1) {}

  /// Adds a tensor like `like` of another type, without quantization or value. Returns its index.
  int add_tensor(int like, std::string name, DType type);

  /// Adds a constant. `scales` empty: not quantized; several: per channel along `axis`.
  template <class T>
  int add_constant(std::string name, Shape shape, DType type, std::span<const T> values, std::vector<float> scales = {},
                   int axis = 0) {
    const auto bytes = std::as_bytes(values);
    return add_constant_bytes(std::move(name), std::move(shape), type,
                              {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, std::move(scales), axis);
  }

  void set_params(int tensor, QuantParams params);

  /// Raises the operator's version to `version`: a higher one, which an option asks for, stays.
  void set_version(size_t op, int version);

  /// Puts a QUANTIZE or DEQUANTIZE from `input` to `output` in front of operator `op`; the number of operators: at the
  /// end.
  void insert_conversion(size_t op, OpCode code, int version, int input, int output);

  /// Puts the collected operators in place and drops what is no longer used.
  void finish();

  Tensor& tensor(int index) { return *graph(model_).tensors[index]; }
  Operator& op(size_t index) { return *graph(model_).operators[index]; }

 private:
  int add_constant_bytes(std::string name, Shape shape, DType type, std::span<const uint8_t> bytes,
                         std::vector<float> scales, int axis);

  Model& model_;
  std::vector<std::vector<std::unique_ptr<Operator>>> before_;  // by operator
};

}  // namespace webquant
