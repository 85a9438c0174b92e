// Operators that move values, SOFTMAX and MEAN; the list of all kernels.
#include "oracle/kernels.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

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

namespace {

// Along the last dimension.
Array softmax(const Node& node) {
  const double beta = node.op.builtin_options.AsSoftmaxOptions()->beta;
  Array out = node.input(0);
  const size_t depth = out.shape.back();
  for (auto row = out.values.begin(); row != out.values.end(); row += depth) {
    const double max = *std::max_element(row, row + depth);
    double sum = 0;
    for (auto value = row; value != row + depth; ++value) sum += * value = std::exp(beta * (*value - max));
    for (auto value = row; value != row + depth; ++value) *value /= sum;
  }
  return out;
}

Array mean(const Node& node) {
  const Array& x = node.input(0);
  const int rank = static_cast<int>(x.shape.size());
  std::set<int> axes;
  for (const double axis : node.input(1).values) axes.insert(static_cast<int>(axis < 0 ? axis + rank : axis));
  const bool keep = node.op.builtin_options.AsReducerOptions()->keep_dims;
  Shape reduced = x.shape;  // with the reduced dimensions as 1
  Array out;
  size_t window = 1;
  for (int i = 0; i < rank; ++i) {
    if (axes.contains(i)) window *= x.shape[i], reduced[i] = 1;
    if (keep || !axes.contains(i)) out.shape.push_back(reduced[i]);
  }
  out.values.resize(count_of(out.shape));
  for (size_t i = 0; i < x.values.size(); ++i) {
    out.values[broadcast_index(position_of(i, x.shape), reduced)] += x.values[i] / static_cast<double>(window);
  }
  return out;
}

Array identity(const Node& node) { return node.input(0); }

Array reshape(const Node& node) {
  Array out = node.input(0);
  if (node.has(1)) {
    out.shape.assign(node.input(1).values.begin(), node.input(1).values.end());
  } else {
    out.shape = node.op.builtin_options.AsReshapeOptions()->new_shape;
  }
  const auto unknown = std::find(out.shape.begin(), out.shape.end(), -1);
  if (unknown != out.shape.end()) {
    *unknown = 1;
    *unknown = static_cast<int32_t>(out.values.size() / count_of(out.shape));
  }
  return out;
}

Array squeeze(const Node& node) {
  Array out = node.input(0);
  const int rank = static_cast<int>(out.shape.size());
  std::set<int> dims;
  for (const int dim : node.op.builtin_options.AsSqueezeOptions()->squeeze_dims)
    dims.insert(dim < 0 ? dim + rank : dim);
  Shape shape;
  for (int i = 0; i < rank; ++i) {
    if (dims.empty() ? out.shape[i] != 1 : !dims.contains(i)) shape.push_back(out.shape[i]);
  }
  out.shape = shape;
  return out;
}

Array concatenation(const Node& node) {
  const auto& options = *node.op.builtin_options.AsConcatenationOptions();
  Array out = {node.input(0).shape, {}};
  const size_t axis = options.axis < 0 ? out.shape.size() + options.axis : options.axis;
  out.shape[axis] = 0;
  for (const Array* input : node.inputs) out.shape[axis] += input->shape[axis];
  out.values.resize(count_of(out.shape));
  const auto strides = strides_of(out.shape);
  int offset = 0;
  for (const Array* input : node.inputs) {
    for (size_t i = 0; i < input->values.size(); ++i) {
      auto position = position_of(i, input->shape);
      position[axis] += offset;
      size_t to = 0;
      for (size_t d = 0; d < position.size(); ++d) to += strides[d] * position[d];
      out.values[to] = activate(input->values[i], options.fused_activation_function);
    }
    offset += input->shape[axis];
  }
  return out;
}

}  // namespace

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
  using enum tflite::BuiltinOperator;
  static const std::map<OpCode, Kernel> kernels = {
      {CONV_2D, one(conv_2d)},
      {DEPTHWISE_CONV_2D, one(depthwise_conv_2d)},
      {TRANSPOSE_CONV, one(transpose_conv)},
      {FULLY_CONNECTED, one(fully_connected)},
      {AVERAGE_POOL_2D, one(average_pool_2d)},
      {L2_POOL_2D, one(l2_pool_2d)},
      {MAX_POOL_2D, one(max_pool_2d)},
      {RESIZE_BILINEAR, one(resize_bilinear)},
      {MEAN, one(mean)},
      {RESHAPE, one(reshape)},
      {SQUEEZE, one(squeeze)},
      {SOFTMAX, one(softmax)},
      {CONCATENATION, one(concatenation)},
      {QUANTIZE, one(identity)},  // evaluate() rounds to the output's grid
      {DEQUANTIZE, one(identity)},
  };
  for (const auto* some : {&kernels, &math_kernels(), &layout_kernels()}) {
    if (const auto found = some->find(code); found != some->end()) return found->second;
  }
  return {};
}

}  // namespace webquant::test
