#include "support/models.h"

#include "model/load.h"
#include "oracle/oracle.h"
#include "support/model_builder.h"

namespace webquant::test {
namespace {

using Activation = tflite::ActivationFunctionType;

std::unique_ptr<tflite::TensorMapT> tensor_map(std::string name, uint32_t tensor) {
  auto map = std::make_unique<tflite::TensorMapT>();
  map->name = std::move(name);
  map->tensor_index = tensor;
  return map;
}

}  // namespace

Model small_classifier(Random& random) {
  ModelBuilder b("small classifier");
  const auto weights = [&](const Shape& shape) { return random.values(count_of(shape), -0.5f, 0.5f); };
  const int image = b.input("image", {1, 8, 8, 3});
  b.tensor(image).shape_signature = {-1, 8, 8, 3};
  const int stem = b.conv_2d("stem", image, weights({8, 3, 3, 3}), {8, 3, 3, 3}, weights({8}),
                             {.stride = 2, .activation = Activation::RELU6});
  const int depthwise = b.depthwise_conv_2d("depthwise", stem, weights({1, 3, 3, 8}), {1, 3, 3, 8}, weights({8}), {});
  const int residual = b.add("residual", stem, depthwise, Activation::RELU);
  const int gate = b.op(OpCode::LOGISTIC, "gate", {depthwise});
  tflite::ConcatenationOptionsT join;
  join.axis = 3;
  tflite::BuiltinOptionsUnion options;
  options.Set(join);
  const int joined = b.op(OpCode::CONCATENATION, "joined", {residual, gate}, options);
  const int pooled = b.global_average_pool("pooled", joined);
  const int logits = b.fully_connected("logits", pooled, weights({10, 16}), {10, 16}, weights({10}));
  const int probabilities = b.softmax("probabilities", logits);
  b.output(probabilities);

  Model& model = b.model();
  auto signature = std::make_unique<tflite::SignatureDefT>();
  signature->signature_key = "serving_default";
  signature->inputs.push_back(tensor_map("pixels", static_cast<uint32_t>(image)));
  signature->outputs.push_back(tensor_map("classes", static_cast<uint32_t>(probabilities)));
  model.signature_defs.push_back(std::move(signature));
  auto metadata = std::make_unique<tflite::MetadataT>();
  metadata->name = "min_runtime_version";
  metadata->buffer = add_buffer(model, std::vector<uint8_t>{'1', '.', '5', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  model.metadata.push_back(std::move(metadata));
  return load(b.save());
}

Model tiny_model() {
  ModelBuilder b("tiny");
  const std::vector<float> weights = {1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11, -12}, bias = {1, 2, 3};
  const int x = b.input("x", {1, 4});
  b.output(b.fully_connected("y", x, weights, {3, 4}, bias, Activation::RELU));
  return load(b.save());
}

}  // namespace webquant::test
