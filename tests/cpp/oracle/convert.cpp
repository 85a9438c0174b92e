// Operators that change types.
#include <cmath>

#include "oracle/kernels.h"

namespace webquant::test {
// The rows choose values that fit.
Outputs oracle_CAST(const Node& node) {
  Array out = node.input(0);
  const DType to = node.op.builtin_options.AsCastOptions()->out_data_type;
  for (double& value : out.values) {
    if (to == DType::BOOL) {
      value = value != 0;
    } else if (to != DType::FLOAT32) {
      value = std::trunc(value);
    }
  }
  return out;
}

// The values stay; evaluate() rounds them to the grid of the output.
Outputs oracle_QUANTIZE(const Node& node) { return node.input(0); }

Outputs oracle_DEQUANTIZE(const Node& node) { return node.input(0); }

}  // namespace webquant::test
