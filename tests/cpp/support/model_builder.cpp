#include "support/model_builder.h"
#include "model/check.h"
#include "ops/facts.h"

namespace webquant {
namespace {

template <class Options>
tflite::BuiltinOptionsUnion union_of(Options options) {
  tflite::BuiltinOptionsUnion result;
  result.Set(std::move(options));
  return result;
}

}  // namespace

ModelBuilder::ModelBuilder(std::string description) {
  model_.version = 3;
  model_.description = std::move(description);
  model_.subgraphs.push_back(std::make_unique<Graph>());
  graph(model_).name = "main";
  model_.buffers.push_back(std::make_unique<tflite::BufferT>());
}

int ModelBuilder::add_tensor(std::string name, Shape shape, DType type, uint32_t buffer) {
  auto tensor = std::make_unique<Tensor>();
  tensor->name = std::move(name);
  tensor->shape = std::move(shape);
  tensor->type = type;
  tensor->buffer = buffer;
  facts_.shapes.push_back(tensor->shape);
  graph(model_).tensors.push_back(std::move(tensor));
  return static_cast<int>(graph(model_).tensors.size()) - 1;
}

int ModelBuilder::input(std::string name, Shape shape, DType type) {
  const int index = add_tensor(std::move(name), std::move(shape), type, 0);
  graph(model_).inputs.push_back(index);
  return index;
}

int ModelBuilder::constant(std::string name, Shape shape, std::span<const float> values) {
  const auto bytes = std::as_bytes(values);
  return add_tensor(std::move(name), std::move(shape), DType::FLOAT32,
                    add_buffer(model_, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}));
}

int ModelBuilder::constant(std::string name, Shape shape, std::span<const int32_t> values) {
  const auto bytes = std::as_bytes(values);
  return add_tensor(std::move(name), std::move(shape), DType::INT32,
                    add_buffer(model_, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}));
}

void ModelBuilder::output(int tensor) { graph(model_).outputs.push_back(tensor); }

int ModelBuilder::op(OpCode code, std::string name, std::vector<int> inputs, tflite::BuiltinOptionsUnion options,
                     int outputs, DType type) {
  auto added = std::make_unique<Operator>();
  // The first version of this one was never released.
  added->opcode_index = intern_op_code(model_, code, code == OpCode::BROADCAST_TO ? 2 : 1);
  added->inputs = std::move(inputs);
  added->builtin_options = std::move(options);
  for (int i = 0; i < outputs; ++i) {
    added->outputs.push_back(add_tensor(i == 0 ? name : text(name, ":", i), {}, type, 0));
  }
  const auto results = added->outputs;
  graph(model_).operators.push_back(std::move(added));

  infer_op(model_, graph(model_).operators.size() - 1, facts_);
  for (const int result : results) tensor(result).shape = facts_.shapes[result];
  return results[0];
}

int ModelBuilder::conv_2d(std::string name, int x, std::span<const float> weights, Shape shape,
                          std::span<const float> bias, Conv o) {
  const int32_t channels = shape[0];
  std::vector<int> operands = {x, constant(name + "/weights", std::move(shape), weights)};
  if (!bias.empty()) operands.push_back(constant(name + "/bias", {channels}, bias));
  tflite::Conv2DOptionsT options;
  options.padding = o.padding;
  options.stride_w = options.stride_h = o.stride;
  options.dilation_w_factor = options.dilation_h_factor = o.dilation;
  options.fused_activation_function = o.activation;
  return op(OpCode::CONV_2D, std::move(name), std::move(operands), union_of(options));
}

int ModelBuilder::depthwise_conv_2d(std::string name, int x, std::span<const float> weights, Shape shape,
                                    std::span<const float> bias, Conv o) {
  const int32_t channels = shape[3];
  std::vector<int> operands = {x, constant(name + "/weights", std::move(shape), weights)};
  if (!bias.empty()) operands.push_back(constant(name + "/bias", {channels}, bias));
  tflite::DepthwiseConv2DOptionsT options;
  options.padding = o.padding;
  options.stride_w = options.stride_h = o.stride;
  options.dilation_w_factor = options.dilation_h_factor = o.dilation;
  options.fused_activation_function = o.activation;
  options.depth_multiplier = channels / this->shape(x).at(3);
  return op(OpCode::DEPTHWISE_CONV_2D, std::move(name), std::move(operands), union_of(options));
}

int ModelBuilder::fully_connected(std::string name, int x, std::span<const float> weights, Shape shape,
                                  std::span<const float> bias, tflite::ActivationFunctionType activation) {
  const int32_t channels = shape[0];
  std::vector<int> operands = {x, constant(name + "/weights", std::move(shape), weights)};
  if (!bias.empty()) operands.push_back(constant(name + "/bias", {channels}, bias));
  tflite::FullyConnectedOptionsT options;
  options.fused_activation_function = activation;
  return op(OpCode::FULLY_CONNECTED, std::move(name), std::move(operands), union_of(options));
}

int ModelBuilder::add(std::string name, int a, int b, tflite::ActivationFunctionType activation) {
  tflite::AddOptionsT options;
  options.fused_activation_function = activation;
  return op(OpCode::ADD, std::move(name), {a, b}, union_of(options));
}

int ModelBuilder::global_average_pool(std::string name, int x) {
  const int32_t axes[] = {1, 2};
  const int a = constant(name + "/axes", {2}, axes);
  return op(OpCode::MEAN, std::move(name), {x, a}, union_of(tflite::ReducerOptionsT()));
}

int ModelBuilder::softmax(std::string name, int x) {
  tflite::SoftmaxOptionsT options;
  options.beta = 1;
  return op(OpCode::SOFTMAX, std::move(name), {x}, union_of(options));
}

const Shape& ModelBuilder::shape(int index) const { return graph(model_).tensors.at(index)->shape; }
Tensor& ModelBuilder::tensor(int index) { return *graph(model_).tensors.at(index); }

std::vector<uint8_t> ModelBuilder::save() const {
  check(model_);
  return webquant::save(model_);
}

}  // namespace webquant
