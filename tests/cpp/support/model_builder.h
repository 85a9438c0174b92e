// Writing models by hand: for tests, benchmarks and the bundled example.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/save.h"
#include "ops/facts.h"

namespace webquant {

/// Builds a float model operator by operator; tensors are named by their index. Shapes of results are inferred.
///
///     ModelBuilder b("two layers");
///     int x = b.input("image", {1, 32, 32, 3});
///     x = b.conv_2d("conv", x, weights, {16, 3, 3, 3}, bias, {.stride = 2});
///     b.output(b.softmax("probabilities", x));
///     std::vector<uint8_t> file = b.save();
class ModelBuilder {
 public:
  explicit ModelBuilder(std::string description);

  int input(std::string name, Shape shape, DType type = DType::FLOAT32);
  int constant(std::string name, Shape shape, std::span<const float> values);
  int constant(std::string name, Shape shape, std::span<const int32_t> values);
  void output(int tensor);

  /// Any operator of the table; `inputs` may hold -1. Returns the first output, which the others follow.
  int op(OpCode code, std::string name, std::vector<int> inputs, tflite::BuiltinOptionsUnion options = {},
         int outputs = 1, DType type = DType::FLOAT32);

  struct Conv {
    int stride = 1;
    tflite::Padding padding = tflite::Padding::SAME;
    tflite::ActivationFunctionType activation = tflite::ActivationFunctionType::NONE;
    int dilation = 1;
  };
  /// weights OHWI, bias O (may be empty).
  int conv_2d(std::string name, int x, std::span<const float> weights, Shape shape, std::span<const float> bias,
              Conv options);
  /// weights 1HWO, bias O (may be empty). The depth multiplier follows from the shapes.
  int depthwise_conv_2d(std::string name, int x, std::span<const float> weights, Shape shape,
                        std::span<const float> bias, Conv options);
  /// weights OI, bias O (may be empty).
  int fully_connected(std::string name, int x, std::span<const float> weights, Shape shape, std::span<const float> bias,
                      tflite::ActivationFunctionType activation = tflite::ActivationFunctionType::NONE);
  int add(std::string name, int a, int b,
          tflite::ActivationFunctionType activation = tflite::ActivationFunctionType::NONE);
  /// Mean over height and width, [N, H, W, C] -> [N, C].
  int global_average_pool(std::string name, int x);
  int softmax(std::string name, int x);

  const Shape& shape(int tensor) const;
  Tensor& tensor(int index);
  Model& model() { return model_; }

  /// Checks and serializes.
  std::vector<uint8_t> save() const;

 private:
  int add_tensor(std::string name, Shape shape, DType type, uint32_t buffer);

  Model model_;
  TensorFacts facts_;
};

}  // namespace webquant
