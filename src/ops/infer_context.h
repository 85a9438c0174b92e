// What shape inference may do besides look: it sets the outputs' shapes, and their values where they are known already.
// The families of ops/infer use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "ops/view.h"

namespace webquant {

class InferContext : public OpView {
 public:
  InferContext(const Model& model, size_t index, TensorFacts& facts) : OpView(model, index, facts), result_(facts) {}
  void set_output(size_t i, Shape shape) { result_.shapes[output_index(i)] = std::move(shape); }
  /// For outputs of type int32 or int64 that are known already.
  void set_value(size_t i, std::span<const int32_t> values);
  /// Computes the outputs now if that takes nothing but constants and they are integers, as those of shape arithmetic.
  void fold(const OpDef& def);

 private:
  TensorFacts& result_;
};

}  // namespace webquant
