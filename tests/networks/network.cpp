#include "network.h"

#include <cmath>

namespace webquant::networks {
namespace {

template <class Options>
tflite::BuiltinOptionsUnion options_of(Options options) {
  tflite::BuiltinOptionsUnion result;
  result.Set(std::move(options));
  return result;
}

}  // namespace

int Network::conv(int x, int kernel, int channels, int stride, Activation activation) {
  return conv(x, kernel, kernel, channels, stride, activation);
}

int Network::conv(int x, int kernel_h, int kernel_w, int channels, int stride, Activation activation) {
  const Shape shape{channels, kernel_h, kernel_w, this->channels(x)};
  return builder_.conv_2d(next("conv"), x, weights(shape, kernel_h * kernel_w * shape[3]), shape, bias(channels),
                          {.stride = stride, .activation = activation});
}

int Network::depthwise(int x, int kernel, int stride, Activation activation) {
  const Shape shape{1, kernel, kernel, channels(x)};
  return builder_.depthwise_conv_2d(next("depthwise"), x, weights(shape, kernel * kernel), shape, bias(channels(x)),
                                    {.stride = stride, .activation = activation});
}

int Network::fully_connected(int x, int channels, Activation activation) {
  int inputs = 1;
  for (size_t i = 1; i < shape(x).size(); ++i) inputs *= shape(x)[i];
  const Shape shape{channels, inputs};
  return builder_.fully_connected(next("dense"), x, weights(shape, inputs), shape, bias(channels), activation);
}

int Network::transpose_conv(int x, int kernel, int channels, Activation activation) {
  const Shape& from = shape(x);
  const Shape kernel_shape{channels, kernel, kernel, from[3]};
  const std::string name = next("transpose_conv");
  tflite::TransposeConvOptionsT options;
  options.stride_h = options.stride_w = 2;
  options.fused_activation_function = activation;
  // Each output meets about a quarter of the taps.
  const auto taps = weights(kernel_shape, kernel * kernel * from[3] / 4);
  const std::vector<int32_t> size = {from[0], 2 * from[1], 2 * from[2], channels};
  const int shape_input = builder_.constant(name + "/shape", {4}, size);
  const int weights_input = builder_.constant(name + "/weights", kernel_shape, taps);
  const int bias_input = builder_.constant(name + "/bias", {channels}, bias(channels));
  return builder_.op(OpCode::TRANSPOSE_CONV, name, {shape_input, weights_input, x, bias_input}, options_of(options));
}

int Network::add(int a, int b, Activation activation) { return builder_.add(next("add"), a, b, activation); }

int Network::mul(int a, int b) {
  return builder_.op(OpCode::MUL, next("mul"), {a, b}, options_of(tflite::MulOptionsT()));
}

int Network::max_pool(int x, int window, int stride, tflite::Padding padding) {
  tflite::Pool2DOptionsT options;
  options.filter_height = options.filter_width = window;
  options.stride_h = options.stride_w = stride;
  options.padding = padding;
  return builder_.op(OpCode::MAX_POOL_2D, next("max_pool"), {x}, options_of(options));
}

int Network::global_pool(int x) {
  tflite::ReducerOptionsT options;
  options.keep_dims = true;
  const int axes = builder_.constant("height and width", {2}, std::vector<int32_t>{1, 2});
  return builder_.op(OpCode::MEAN, next("pool"), {x, axes}, options_of(options));
}

int Network::concat(std::vector<int> parts, int axis) {
  tflite::ConcatenationOptionsT options;
  options.axis = axis;
  return builder_.op(OpCode::CONCATENATION, next("concat"), std::move(parts), options_of(options));
}

int Network::unary(OpCode code, int x) { return builder_.op(code, next(tflite::EnumNameBuiltinOperator(code)), {x}); }

int Network::leaky_relu(int x, float alpha) {
  tflite::LeakyReluOptionsT options;
  options.alpha = alpha;
  return builder_.op(OpCode::LEAKY_RELU, next("leaky_relu"), {x}, options_of(options));
}

int Network::reshape(int x, Shape shape) {
  tflite::ReshapeOptionsT options;
  options.new_shape = shape;
  const std::string name = next("reshape");
  const auto rank = static_cast<int32_t>(shape.size());
  const int shape_input = builder_.constant(name + "/shape", {rank}, shape);
  return builder_.op(OpCode::RESHAPE, name, {x, shape_input}, options_of(options));
}

int Network::resize_bilinear(int x, int height, int width) {
  tflite::ResizeBilinearOptionsT options;
  options.half_pixel_centers = true;
  const int size = builder_.constant("size", {2}, std::vector<int32_t>{height, width});
  return builder_.op(OpCode::RESIZE_BILINEAR, next("resize"), {x, size}, options_of(options));
}

int Network::resize_nearest(int x, int height, int width) {
  const int size = builder_.constant("size", {2}, std::vector<int32_t>{height, width});
  return builder_.op(OpCode::RESIZE_NEAREST_NEIGHBOR, next("resize"), {x, size},
                     options_of(tflite::ResizeNearestNeighborOptionsT()));
}

// Variance 2 / inputs (He et al. 2015, Delving Deep into Rectifiers).
std::vector<float> Network::weights(const Shape& shape, int inputs) {
  return values(element_count(shape, "weights"),
                std::normal_distribution<float>(0, std::sqrt(2.0f / static_cast<float>(inputs))));
}

std::vector<float> Network::bias(int channels) {
  return values(static_cast<size_t>(channels), std::normal_distribution<float>(0.1f, 0.1f));
}

std::vector<float> Network::values(size_t count, std::normal_distribution<float> distribution) {
  std::vector<float> result(count);
  for (float& value : result) value = distribution(random_);
  return result;
}

}  // namespace webquant::networks
