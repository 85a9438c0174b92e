// Pools.
#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/kernels.h"
#include "oracle/windows.h"

namespace webquant::test {
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

Outputs oracle_AVERAGE_POOL_2D(const Node& node) {
  Array out = mean_of_windows(node, [](double x) { return x; });
  for (double& x : out.values) x = activate(x, node.op.builtin_options.AsPool2DOptions()->fused_activation_function);
  return out;
}

Outputs oracle_L2_POOL_2D(const Node& node) {
  const auto activation = node.op.builtin_options.AsPool2DOptions()->fused_activation_function;
  Array out = mean_of_windows(node, [](double x) { return x * x; });
  for (double& x : out.values) x = activate(std::sqrt(x), activation);
  return out;
}

Outputs oracle_MAX_POOL_2D(const Node& node) {
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

}  // namespace webquant::test
