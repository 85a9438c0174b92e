// Networks with random weights, layer by layer.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "model/save.h"
#include "support/model_builder.h"

namespace webquant::networks {

using Activation = tflite::ActivationFunctionType;

/// Weights are drawn such that activations keep their size from layer to layer; the same on every run. Layers name
/// themselves after their kind and number, and take and give tensors.
class Network {
 public:
  explicit Network(const std::string& name) : builder_(name + ", random weights") {}

  int input(Shape shape) { return builder_.input("image", std::move(shape)); }
  int conv(int x, int kernel, int channels, int stride = 1, Activation activation = Activation::RELU);
  int conv(int x, int kernel_h, int kernel_w, int channels, int stride, Activation activation);
  int depthwise(int x, int kernel, int stride = 1, Activation activation = Activation::RELU);
  int fully_connected(int x, int channels, Activation activation = Activation::NONE);
  /// Twice the height and width, bias included.
  int transpose_conv(int x, int kernel, int channels, Activation activation = Activation::NONE);
  int add(int a, int b, Activation activation = Activation::NONE);
  int mul(int a, int b);
  int max_pool(int x, int window, int stride, tflite::Padding padding = tflite::Padding::SAME);
  /// Over all of height and width; keeps the rank.
  int global_pool(int x);
  int concat(std::vector<int> parts, int axis = 3);
  int unary(OpCode code, int x);
  int leaky_relu(int x, float alpha);
  int reshape(int x, Shape shape);
  int resize_bilinear(int x, int height, int width);
  int resize_nearest(int x, int height, int width);
  int softmax(int x) { return builder_.softmax("probabilities", x); }
  void output(int x) { builder_.output(x); }

  const Shape& shape(int x) const { return builder_.shape(x); }
  int channels(int x) const { return shape(x).back(); }
  std::vector<uint8_t> save() const { return builder_.save(); }

 private:
  std::string next(const std::string& kind) { return kind + std::to_string(count_++); }
  std::vector<float> weights(const Shape& shape, int inputs);
  std::vector<float> bias(int channels);
  std::vector<float> values(size_t count, std::normal_distribution<float> distribution);

  ModelBuilder builder_;
  std::mt19937 random_{1};
  int count_ = 0;
};

}  // namespace webquant::networks
