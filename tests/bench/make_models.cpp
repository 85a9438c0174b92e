// Writes the networks that `npm run bench` times: MobileNet V1 and V2 at 224 x 224 with random weights, whose time does
// not depend on what they have learned. Usage: make_benchmark_models FOLDER
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>

#include "model_builder.h"

using namespace webquant;
using Activation = tflite::ActivationFunctionType;

namespace {

constexpr int kClasses = 1001;

class MobileNet {
 public:
  explicit MobileNet(const std::string& name) : builder_(name + ", random weights") {
    x_ = builder_.input("image", {1, 224, 224, 3});
  }

  void conv(int kernel, int channels, int stride, Activation activation = Activation::RELU6) {
    const Shape shape{channels, kernel, kernel, in_channels()};
    x_ = builder_.conv_2d(next("conv"), x_, weights(shape, kernel * kernel * in_channels()), shape, bias(channels),
                          {.stride = stride, .activation = activation});
  }

  void depthwise(int stride) {
    const Shape shape{1, 3, 3, in_channels()};
    x_ = builder_.depthwise_conv_2d(next("depthwise"), x_, weights(shape, 9), shape, bias(in_channels()),
                                    {.stride = stride, .activation = Activation::RELU6});
  }

  // Inverted residual block of V2.
  void bottleneck(int expansion, int channels, int stride) {
    const int input = x_;
    const int in = in_channels();
    if (expansion > 1) conv(1, in * expansion, 1);
    depthwise(stride);
    conv(1, channels, 1, Activation::NONE);
    if (stride == 1 && in == channels) x_ = builder_.add(next("add"), input, x_);
  }

  void write(const std::string& path) {
    x_ = builder_.global_average_pool("pool", x_);
    const Shape shape{kClasses, builder_.shape(x_)[1]};
    x_ = builder_.fully_connected("logits", x_, weights(shape, shape[1]), shape, bias(kClasses));
    builder_.output(builder_.softmax("probabilities", x_));
    const auto bytes = builder_.save();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
    std::printf("%s: %zu bytes\n", path.c_str(), bytes.size());
  }

 private:
  int in_channels() const { return builder_.shape(x_)[3]; }
  std::string next(const std::string& kind) { return kind + std::to_string(count_++); }

  // Variance 2 / inputs keeps activations of one size from layer to layer (He et al. 2015).
  std::vector<float> weights(const Shape& shape, int inputs) {
    std::normal_distribution<float> distribution(0, std::sqrt(2.0f / static_cast<float>(inputs)));
    return values(element_count(shape, "weights"), distribution);
  }
  std::vector<float> bias(int channels) {
    std::normal_distribution<float> distribution(0.1f, 0.1f);
    return values(channels, distribution);
  }
  std::vector<float> values(size_t count, std::normal_distribution<float>& distribution) {
    std::vector<float> result(count);
    for (float& value : result) value = distribution(random_);
    return result;
  }

  ModelBuilder builder_;
  std::mt19937 random_{1};
  int x_ = 0;
  int count_ = 0;
};

void write_v1(const std::string& path) {
  MobileNet net("MobileNet V1 1.0 224");
  net.conv(3, 32, 2);
  const int blocks[][2] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                           {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};
  for (const auto& [channels, stride] : blocks) {
    net.depthwise(stride);
    net.conv(1, channels, 1);
  }
  net.write(path);
}

void write_v2(const std::string& path) {
  MobileNet net("MobileNet V2 1.0 224");
  net.conv(3, 32, 2);
  // expansion, channels, repetitions, stride of the first
  const int stages[][4] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                           {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  for (const auto& [expansion, channels, repetitions, stride] : stages) {
    for (int i = 0; i < repetitions; ++i) net.bottleneck(expansion, channels, i == 0 ? stride : 1);
  }
  net.conv(1, 1280, 1);
  net.write(path);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  write_v1(std::string(argv[1]) + "/mobilenet_v1_224.tflite");
  write_v2(std::string(argv[1]) + "/mobilenet_v2_224.tflite");
  return 0;
}
