// What is known of a model's tensors before it runs: shapes, and values that follow from shapes and constants alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "model/model.h"
#include "ops/op.h"

namespace webquant {

/// What is known of a model's tensors before it runs.
struct TensorFacts {
  std::vector<Shape> shapes;                      // by tensor
  std::map<size_t, std::vector<uint8_t>> values;  // what follows from shapes and constants alone, and int4 as int8
  std::map<size_t, size_t> dequantized;           // outputs of a DEQUANTIZE of a constant, and that constant

  /// The shapes that the file says.
  static TensorFacts declared(const Model& model);
};

/// Throws invalid-model for an operator with too few, too many or absent inputs or outputs.
void require_operands(const OpView& op, const OpDef& def);

/// Infers the outputs' shapes of one operator from those of its inputs, and their values where they are known. Throws
/// unsupported for an operator outside the table, invalid-model for a wrong number of operands or, if `declared_binds`,
/// a shape that differs from what the file declares (where that is not dynamic).
void infer_op(const Model& model, size_t op_index, TensorFacts& facts, bool declared_binds = true);

/// Shapes and known values of all tensors. `batch` > 0 replaces a dynamic first dimension of the inputs.
TensorFacts infer(const Model& model, int batch = 0);

}  // namespace webquant
