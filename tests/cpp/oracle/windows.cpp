// Operators that slide a window over the input, and the fully connected one.
#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/kernels.h"

namespace webquant::test {
namespace {

// One axis of a sliding window: position `out` covers the inputs start(out) + k * dilation for k <
// kernel.
struct Axis {
  Axis(tflite::Padding padding, int input, int kernel, int stride, int dilation)
      : input(input), kernel(kernel), stride(stride), dilation(dilation) {
    const int effective = (kernel - 1) * dilation + 1;
    if (padding == tflite::Padding::SAME) {
      output = (input + stride - 1) / stride;
      before = std::max((output - 1) * stride + effective - input, 0) / 2;
    } else {
      output = (input - effective + stride) / stride;
    }
  }
  // The input that tap `k` reads, or -1 in the padding.
  int at(int out, int k) const {
    const int position = out * stride - before + k * dilation;
    return position >= 0 && position < input ? position : -1;
  }
  int input, kernel, stride, dilation, output = 0, before = 0;
};

// Calls visit(output index, input index, y, x) for every tap that reads the image; both indices
// without the channel.
void for_each_tap(int batch, const Axis& rows, const Axis& columns, auto&& visit) {
  for (int n = 0; n < batch; ++n) {
    for (int oy = 0; oy < rows.output; ++oy) {
      for (int ox = 0; ox < columns.output; ++ox) {
        const size_t out = (static_cast<size_t>(n) * rows.output + oy) * columns.output + ox;
        for (int ky = 0; ky < rows.kernel; ++ky) {
          for (int kx = 0; kx < columns.kernel; ++kx) {
            const int y = rows.at(oy, ky), x = columns.at(ox, kx);
            if (y < 0 || x < 0) continue;
            visit(out, (static_cast<size_t>(n) * rows.input + y) * columns.input + x, ky, kx);
          }
        }
      }
    }
  }
}

void add_bias_and_activate(Array& out, const Node& node, tflite::ActivationFunctionType activation, size_t slot = 2) {
  const size_t channels = out.shape.back();
  for (size_t i = 0; i < out.values.size(); ++i) {
    if (node.has(slot)) out.values[i] += node.input(slot).values[i % channels];
    out.values[i] = activate(out.values[i], activation);
  }
}

}  // namespace

Array conv_2d(const Node& node) {
  const auto& options = *node.op.builtin_options.AsConv2DOptions();
  const Array &x = node.input(0), &w = node.input(1);
  const Axis rows(options.padding, x.shape[1], w.shape[1], options.stride_h, options.dilation_h_factor);
  const Axis columns(options.padding, x.shape[2], w.shape[2], options.stride_w, options.dilation_w_factor);
  const int in_channels = x.shape[3], out_channels = w.shape[0], group_inputs = w.shape[3];
  const int group_outputs = out_channels / (in_channels / group_inputs);
  Array out{{x.shape[0], rows.output, columns.output, out_channels}, {}};
  out.values.resize(count_of(out.shape));
  for_each_tap(x.shape[0], rows, columns, [&](size_t to, size_t from, int ky, int kx) {
    for (int o = 0; o < out_channels; ++o) {
      const size_t first = static_cast<size_t>(o / group_outputs) * group_inputs;
      const size_t tap = ((static_cast<size_t>(o) * w.shape[1] + ky) * w.shape[2] + kx) * group_inputs;
      for (int i = 0; i < group_inputs; ++i) {
        out.values[to * out_channels + o] += x.values[from * in_channels + first + i] * w.values[tap + i];
      }
    }
  });
  add_bias_and_activate(out, node, options.fused_activation_function);
  return out;
}

Array depthwise_conv_2d(const Node& node) {
  const auto& options = *node.op.builtin_options.AsDepthwiseConv2DOptions();
  const Array &x = node.input(0), &w = node.input(1);
  const Axis rows(options.padding, x.shape[1], w.shape[1], options.stride_h, options.dilation_h_factor);
  const Axis columns(options.padding, x.shape[2], w.shape[2], options.stride_w, options.dilation_w_factor);
  const int in_channels = x.shape[3], out_channels = w.shape[3], multiplier = out_channels / in_channels;
  Array out{{x.shape[0], rows.output, columns.output, out_channels}, {}};
  out.values.resize(count_of(out.shape));
  for_each_tap(x.shape[0], rows, columns, [&](size_t to, size_t from, int ky, int kx) {
    const size_t tap = (static_cast<size_t>(ky) * w.shape[2] + kx) * out_channels;
    for (int o = 0; o < out_channels; ++o) {
      out.values[to * out_channels + o] += x.values[from * in_channels + o / multiplier] * w.values[tap + o];
    }
  });
  add_bias_and_activate(out, node, options.fused_activation_function);
  return out;
}

// Adds each input pixel to all output pixels that a convolution of the output would make it from.
Array transpose_conv(const Node& node) {
  const auto& options = *node.op.builtin_options.AsTransposeConvOptions();
  const Array &size = node.input(0), &w = node.input(1), &x = node.input(2);
  Array out{{size.values.begin(), size.values.end()}, {}};
  out.values.resize(count_of(out.shape));
  const Axis rows(options.padding, out.shape[1], w.shape[1], options.stride_h, 1);
  const Axis columns(options.padding, out.shape[2], w.shape[2], options.stride_w, 1);
  const size_t in_channels = x.shape[3], out_channels = w.shape[0];
  for_each_tap(x.shape[0], rows, columns, [&](size_t from, size_t to, int ky, int kx) {
    for (size_t o = 0; o < out_channels; ++o) {
      const size_t tap = ((o * w.shape[1] + ky) * w.shape[2] + kx) * in_channels;
      for (size_t i = 0; i < in_channels; ++i)
        out.values[to * out_channels + o] += x.values[from * in_channels + i] * w.values[tap + i];
    }
  });
  add_bias_and_activate(out, node, options.fused_activation_function, 3);
  return out;
}

Array fully_connected(const Node& node) {
  const auto& options = *node.op.builtin_options.AsFullyConnectedOptions();
  const Array &x = node.input(0), &w = node.input(1);
  const size_t outputs = w.shape[0], inputs = w.shape[1], rows = x.values.size() / inputs;
  Array out;
  if (options.keep_num_dims) {
    out.shape = x.shape;
    out.shape.back() = w.shape[0];
  } else {
    out.shape = {static_cast<int32_t>(rows), w.shape[0]};
  }
  out.values.resize(rows * outputs);
  for (size_t r = 0; r < rows; ++r) {
    for (size_t o = 0; o < outputs; ++o) {
      for (size_t i = 0; i < inputs; ++i)
        out.values[r * outputs + o] += x.values[r * inputs + i] * w.values[o * inputs + i];
    }
  }
  add_bias_and_activate(out, node, options.fused_activation_function);
  return out;
}

namespace {

// The mean of f(value) over each window.
Array mean_of_windows(const Node& node, double (*f)(double)) {
  const auto& options = *node.op.builtin_options.AsPool2DOptions();
  const Array& x = node.input(0);
  const Axis rows(options.padding, x.shape[1], options.filter_height, options.stride_h, 1);
  const Axis columns(options.padding, x.shape[2], options.filter_width, options.stride_w, 1);
  const size_t channels = x.shape[3];
  Array out{{x.shape[0], rows.output, columns.output, x.shape[3]}, {}};
  out.values.resize(count_of(out.shape));
  // TFLite divides by the number of pixels that lie in the image, not by the window's size.
  std::vector<double> taps(out.values.size());
  for_each_tap(x.shape[0], rows, columns, [&](size_t to, size_t from, int, int) {
    for (size_t c = 0; c < channels; ++c) {
      out.values[to * channels + c] += f(x.values[from * channels + c]);
      ++taps[to * channels + c];
    }
  });
  for (size_t i = 0; i < taps.size(); ++i) out.values[i] /= taps[i];
  return out;
}

}  // namespace

Array average_pool_2d(const Node& node) {
  Array out = mean_of_windows(node, [](double x) { return x; });
  for (double& x : out.values) x = activate(x, node.op.builtin_options.AsPool2DOptions()->fused_activation_function);
  return out;
}

Array l2_pool_2d(const Node& node) {
  const auto activation = node.op.builtin_options.AsPool2DOptions()->fused_activation_function;
  Array out = mean_of_windows(node, [](double x) { return x * x; });
  for (double& x : out.values) x = activate(std::sqrt(x), activation);
  return out;
}

Array max_pool_2d(const Node& node) {
  const auto& options = *node.op.builtin_options.AsPool2DOptions();
  const Array& x = node.input(0);
  const Axis rows(options.padding, x.shape[1], options.filter_height, options.stride_h, 1);
  const Axis columns(options.padding, x.shape[2], options.filter_width, options.stride_w, 1);
  const size_t channels = x.shape[3];
  Array out{{x.shape[0], rows.output, columns.output, x.shape[3]}, {}};
  out.values.assign(count_of(out.shape), -std::numeric_limits<double>::infinity());
  for_each_tap(x.shape[0], rows, columns, [&](size_t to, size_t from, int, int) {
    for (size_t c = 0; c < channels; ++c) {
      out.values[to * channels + c] = std::max(out.values[to * channels + c], x.values[from * channels + c]);
    }
  });
  for (double& value : out.values) value = activate(value, options.fused_activation_function);
  return out;
}

Array resize_bilinear(const Node& node) {
  const auto& options = *node.op.builtin_options.AsResizeBilinearOptions();
  const Array &x = node.input(0), &size = node.input(1);
  Array out{x.shape, {}};
  out.shape[1] = static_cast<int32_t>(size.values[0]);
  out.shape[2] = static_cast<int32_t>(size.values[1]);
  // Where an output position lies in the input.
  const auto source = [&](int position, int from, int to) {
    if (options.align_corners && to > 1) return position * (from - 1.0) / (to - 1.0);
    const double scale = static_cast<double>(from) / to;
    return options.half_pixel_centers ? std::max((position + 0.5) * scale - 0.5, 0.0) : position * scale;
  };
  const int height = x.shape[1], width = x.shape[2], channels = x.shape[3];
  const auto pixel = [&](int n, int y, int x_, int c) {
    return x.values[((static_cast<size_t>(n) * height + std::min(y, height - 1)) * width + std::min(x_, width - 1)) *
                        channels +
                    c];
  };
  for (int n = 0; n < out.shape[0]; ++n) {
    for (int oy = 0; oy < out.shape[1]; ++oy) {
      for (int ox = 0; ox < out.shape[2]; ++ox) {
        const double sy = source(oy, height, out.shape[1]), sx = source(ox, width, out.shape[2]);
        const int y = static_cast<int>(std::floor(sy)), x_ = static_cast<int>(std::floor(sx));
        const double dy = sy - y, dx = sx - x_;
        for (int c = 0; c < channels; ++c) {
          const double above = pixel(n, y, x_, c) * (1 - dx) + pixel(n, y, x_ + 1, c) * dx;
          const double below = pixel(n, y + 1, x_, c) * (1 - dx) + pixel(n, y + 1, x_ + 1, c) * dx;
          out.values.push_back(above * (1 - dy) + below * dy);
        }
      }
    }
  }
  return out;
}

}  // namespace webquant::test
