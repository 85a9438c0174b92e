#include "oracle/kernels.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace webquant::test {

std::vector<size_t> strides_of(const Shape& shape) {
  std::vector<size_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

std::vector<int> position_of(size_t index, const Shape& shape) {
  std::vector<int> position(shape.size());
  for (size_t i = shape.size(); i-- > 0; index /= shape[i]) position[i] = static_cast<int>(index % shape[i]);
  return position;
}

size_t broadcast_index(const std::vector<int>& position, const Shape& shape) {
  const auto strides = strides_of(shape);
  const size_t skipped = position.size() - shape.size();
  size_t index = 0;
  for (size_t i = 0; i < shape.size(); ++i) index += shape[i] == 1 ? 0 : strides[i] * position[skipped + i];
  return index;
}

Shape broadcast_shape(const Shape& a, const Shape& b) {
  Shape out(std::max(a.size(), b.size()), 1);
  for (const Shape* shape : {&a, &b}) {
    for (size_t i = 0; i < shape->size(); ++i) {
      int32_t& dim = out[out.size() - shape->size() + i];
      dim = std::max(dim, (*shape)[i]);
    }
  }
  return out;
}

double activate(double value, tflite::ActivationFunctionType activation) {
  using enum tflite::ActivationFunctionType;
  switch (activation) {
    case NONE:
      return value;
    case RELU:
      return std::max(value, 0.0);
    case RELU_N1_TO_1:
      return std::clamp(value, -1.0, 1.0);
    case RELU6:
      return std::clamp(value, 0.0, 6.0);
    case TANH:
      return std::tanh(value);
    case SIGN_BIT:
      return std::signbit(value) ? 1 : 0;
  }
  return value;
}

Kernel find_kernel(OpCode code) {
#define OP(code, ...) {OpCode::code, oracle_##code},
#define OP_ON_STORED_INTEGERS OP
  static const std::map<OpCode, Kernel> kernels = {
#include "ops/table.inc"
  };
  const auto found = kernels.find(code);
  return found == kernels.end() ? nullptr : found->second;
}

}  // namespace webquant::test
