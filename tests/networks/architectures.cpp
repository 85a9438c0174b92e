// The networks that people run on phones and in pages, in their papers' structure, with random weights.
#include "architectures.h"

#include <algorithm>
#include <cmath>

#include "network.h"

namespace webquant::networks {
namespace {

constexpr auto kNone = Activation::NONE, kRelu = Activation::RELU, kRelu6 = Activation::RELU6;

// A width multiplier keeps channels a multiple of 8.
int scaled(int channels, double width) {
  const int rounded = std::max(8, static_cast<int>(channels * width + 4) / 8 * 8);
  return rounded < 0.9 * channels * width ? rounded + 8 : rounded;
}

void classify(Network& net, int x, int classes) {
  net.output(net.softmax(net.fully_connected(net.global_pool(x), classes)));
}

// MobileNetV2's inverted residual block; `expansion` 1: none.
int bottleneck(Network& net, int x, int expansion, int channels, int stride, int kernel = 3) {
  const int in = net.channels(x);
  int y = expansion > 1 ? net.conv(x, 1, in * expansion, 1, kRelu6) : x;
  y = net.conv(net.depthwise(y, kernel, stride, kRelu6), 1, channels, 1, kNone);
  return stride == 1 && in == channels ? net.add(x, y) : y;
}

int hard_swish(Network& net, int x) { return net.unary(OpCode::HARD_SWISH, x); }

// Squeeze and excite: one weight a channel, from the means of all.
int squeeze_excite(Network& net, int x, int reduced) {
  const int means = net.global_pool(x);
  const int gate = net.conv(net.conv(means, 1, reduced, 1, kRelu), 1, net.channels(x), 1, kNone);
  return net.mul(x, net.unary(OpCode::LOGISTIC, gate));
}

int residual(Network& net, int x, int channels, int stride) {
  const int y = net.conv(net.conv(x, 3, channels, stride, kRelu), 3, channels, 1, kNone);
  const int shortcut = stride == 1 && net.channels(x) == channels ? x : net.conv(x, 1, channels, stride, kNone);
  return net.add(shortcut, y, kRelu);
}

int fire(Network& net, int x, int squeeze, int expand) {
  const int s = net.conv(x, 1, squeeze);
  return net.concat({net.conv(s, 1, expand), net.conv(s, 3, expand)});
}

}  // namespace

std::vector<uint8_t> mobilenet_v1(int size, double width, int classes) {
  Network net("MobileNet V1");
  int x = net.conv(net.input({1, size, size, 3}), 3, scaled(32, width), 2, kRelu6);
  const int blocks[][2] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                           {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};
  for (const auto& [channels, stride] : blocks)
    x = net.conv(net.depthwise(x, 3, stride, kRelu6), 1, scaled(channels, width), 1, kRelu6);
  classify(net, x, classes);
  return net.save();
}

std::vector<uint8_t> mobilenet_v2(int size, double width, int classes) {
  Network net("MobileNet V2");
  int x = net.conv(net.input({1, size, size, 3}), 3, scaled(32, width), 2, kRelu6);
  // expansion, channels, repetitions, stride of the first
  const int stages[][4] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                           {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  for (const auto& [expansion, channels, repetitions, stride] : stages) {
    for (int i = 0; i < repetitions; ++i)
      x = bottleneck(net, x, expansion, scaled(channels, width), i == 0 ? stride : 1);
  }
  classify(net, net.conv(x, 1, 1280, 1, kRelu6), classes);
  return net.save();
}

std::vector<uint8_t> mobilenet_v3_small(int size, int classes) {
  Network net("MobileNet V3 small");
  int x = hard_swish(net, net.conv(net.input({1, size, size, 3}), 3, 16, 2, kNone));
  struct Block {
    int kernel, expanded, channels;
    bool excite, swish;
    int stride;
  };
  const Block blocks[] = {{3, 16, 16, true, false, 2}, {3, 72, 24, false, false, 2}, {3, 88, 24, false, false, 1},
                          {5, 96, 40, true, true, 2},  {5, 240, 40, true, true, 1},  {5, 240, 40, true, true, 1},
                          {5, 120, 48, true, true, 1}, {5, 144, 48, true, true, 1},  {5, 288, 96, true, true, 2},
                          {5, 576, 96, true, true, 1}, {5, 576, 96, true, true, 1}};
  for (const Block& b : blocks) {
    const auto activate = [&](int y) { return b.swish ? hard_swish(net, y) : net.unary(OpCode::RELU, y); };
    int y = b.expanded == net.channels(x) ? x : activate(net.conv(x, 1, b.expanded, 1, kNone));
    y = activate(net.depthwise(y, b.kernel, b.stride, kNone));
    if (b.excite) y = squeeze_excite(net, y, scaled(b.expanded / 4, 1));
    y = net.conv(y, 1, b.channels, 1, kNone);
    x = b.stride == 1 && net.channels(x) == b.channels ? net.add(x, y) : y;
  }
  x = hard_swish(net, net.conv(x, 1, 576, 1, kNone));
  x = hard_swish(net, net.conv(net.global_pool(x), 1, 1024, 1, kNone));
  net.output(net.softmax(net.fully_connected(x, classes)));
  return net.save();
}

std::vector<uint8_t> efficientnet_lite0(int size, int classes) {
  Network net("EfficientNet-Lite0");
  int x = net.conv(net.input({1, size, size, 3}), 3, 32, 2, kRelu6);
  // expansion, channels, repetitions, stride of the first, kernel
  const int stages[][5] = {{1, 16, 1, 1, 3},  {6, 24, 2, 2, 3},  {6, 40, 2, 2, 5}, {6, 80, 3, 2, 3},
                           {6, 112, 3, 1, 5}, {6, 192, 4, 2, 5}, {6, 320, 1, 1, 3}};
  for (const auto& [expansion, channels, repetitions, stride, kernel] : stages) {
    for (int i = 0; i < repetitions; ++i) x = bottleneck(net, x, expansion, channels, i == 0 ? stride : 1, kernel);
  }
  classify(net, net.conv(x, 1, 1280, 1, kRelu6), classes);
  return net.save();
}

std::vector<uint8_t> squeezenet(int size, int classes) {
  Network net("SqueezeNet 1.1");
  int x = net.max_pool(net.conv(net.input({1, size, size, 3}), 3, 64, 2), 3, 2);
  x = net.max_pool(fire(net, fire(net, x, 16, 64), 16, 64), 3, 2);
  x = net.max_pool(fire(net, fire(net, x, 32, 128), 32, 128), 3, 2);
  x = fire(net, fire(net, x, 48, 192), 48, 192);
  x = fire(net, fire(net, x, 64, 256), 64, 256);
  // The classes are convolved, then averaged.
  x = net.global_pool(net.conv(x, 1, classes));
  net.output(net.softmax(net.reshape(x, {1, classes})));
  return net.save();
}

std::vector<uint8_t> resnet_18(int size, double width, int classes) {
  Network net("ResNet-18");
  int x = net.max_pool(net.conv(net.input({1, size, size, 3}), 7, scaled(64, width), 2), 3, 2);
  for (const int channels : {64, 128, 256, 512}) {
    x = residual(net, x, scaled(channels, width), channels == 64 ? 1 : 2);
    x = residual(net, x, scaled(channels, width), 1);
  }
  classify(net, x, classes);
  return net.save();
}

std::vector<uint8_t> u_net(int size, int channels) {
  Network net("U-Net");
  int x = net.input({1, size, size, 3});
  std::vector<int> skipped;
  for (int level = 0; level < 3; ++level) {
    skipped.push_back(net.conv(net.conv(x, 3, channels << level), 3, channels << level));
    x = net.max_pool(skipped.back(), 2, 2);
  }
  x = net.conv(net.conv(x, 3, channels << 3), 3, channels << 3);
  for (int level = 3; level-- > 0;) {
    x = net.concat({net.transpose_conv(x, level == 0 ? 4 : 2, channels << level), skipped[level]});
    x = net.conv(net.conv(x, 3, channels << level), 3, channels << level);
  }
  net.output(net.unary(OpCode::LOGISTIC, net.conv(x, 1, 1, 1, kNone)));
  return net.save();
}

std::vector<uint8_t> yolo_head(int size, int classes) {
  Network net("YOLO-style detector");
  const auto leaky = [&](int x, int kernel, int channels, int stride) {
    return net.leaky_relu(net.conv(x, kernel, channels, stride, kNone), 0.1f);
  };
  int x = leaky(net.input({1, size, size, 3}), 3, 16, 2);
  for (const int channels : {32, 64}) x = leaky(x, 3, channels, 2);
  const int fine = x;
  const int coarse = leaky(leaky(x, 3, 128, 2), 1, 64, 1);
  const int up = net.resize_nearest(leaky(coarse, 1, 32, 1), net.shape(fine)[1], net.shape(fine)[2]);
  const int joined = net.concat({up, fine});
  // Three anchors a cell, each with a box, an objectness and the classes.
  const int values = 5 + classes;
  std::vector<int> boxes;
  for (const int map : {coarse, joined}) {
    const int head = net.conv(leaky(map, 3, 64, 1), 1, 3 * values, 1, kNone);
    const Shape cells = net.shape(head);
    boxes.push_back(net.unary(OpCode::LOGISTIC, net.reshape(head, {1, cells[1] * cells[2] * 3, values})));
  }
  net.output(net.concat(boxes, 1));
  return net.save();
}

std::vector<uint8_t> ds_cnn(int classes) {
  Network net("DS-CNN");
  int x = net.conv(net.input({1, 49, 10, 1}), 10, 4, 64, 2, kRelu);
  for (int i = 0; i < 4; ++i) x = net.conv(net.depthwise(x, 3), 1, 64);
  classify(net, x, classes);
  return net.save();
}

}  // namespace webquant::networks
