// Convolutions and matrix products.
#include "oracle/kernels.h"
#include "oracle/windows.h"

namespace webquant::test {
namespace {

void add_bias_and_activate(Array& out, const Node& node, tflite::ActivationFunctionType activation, size_t slot = 2) {
  const size_t channels = out.shape.back();
  for (size_t i = 0; i < out.values.size(); ++i) {
    if (node.has(slot)) out.values[i] += node.input(slot).values[i % channels];
    out.values[i] = activate(out.values[i], activation);
  }
}

}  // namespace

Outputs oracle_CONV_2D(const Node& node) {
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

Outputs oracle_DEPTHWISE_CONV_2D(const Node& node) {
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
Outputs oracle_TRANSPOSE_CONV(const Node& node) {
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

Outputs oracle_FULLY_CONNECTED(const Node& node) {
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

Outputs oracle_BATCH_MATMUL(const Node& node) {
  const auto& o = *node.op.builtin_options.AsBatchMatMulOptions();
  const Array &a = node.input(0), &b = node.input(1);
  const Shape a_batch(a.shape.begin(), a.shape.end() - 2), b_batch(b.shape.begin(), b.shape.end() - 2);
  const int inner = a.shape.end()[o.adj_x ? -2 : -1];
  Array out{broadcast_shape(a_batch, b_batch), {}};
  out.shape.push_back(a.shape.end()[o.adj_x ? -1 : -2]);
  out.shape.push_back(b.shape.end()[o.adj_y ? -2 : -1]);
  for (size_t i = 0; i < count_of(out.shape); ++i) {
    const auto position = position_of(i, out.shape);
    const int row = position.end()[-2], column = position.back();
    double total = 0;
    for (int k = 0; k < inner; ++k) {
      auto at_a = position, at_b = position;
      at_a.end()[-2] = o.adj_x ? k : row;
      at_a.back() = o.adj_x ? row : k;
      at_b.end()[-2] = o.adj_y ? column : k;
      at_b.back() = o.adj_y ? k : column;
      total += a.values[broadcast_index(at_a, a.shape)] * b.values[broadcast_index(at_b, b.shape)];
    }
    out.values.push_back(total);
  }
  return out;
}

}  // namespace webquant::test
