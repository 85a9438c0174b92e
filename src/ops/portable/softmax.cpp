// Operators on rows of channels that XNNPACK does not have.
#include <algorithm>
#include <cmath>

#include "ops/portable/portable.h"

namespace webquant {
namespace {

// compute(row, result) for each row of channels.
template <class F>
PortableKernel for_each_row(const OpView& op, F compute) {
  const auto channels = static_cast<size_t>(op.input_shape(0).back());
  return compute_on_reals(op, [channels, compute](RealInputs in, RealOutputs out) {
    for (size_t at = 0; at < in[0].size(); at += channels)
      compute(in[0].subspan(at, channels), out[0].subspan(at, channels));
  });
}

}  // namespace

PortableKernel portable_log_softmax(const OpView& op) {
  return for_each_row(op, [](std::span<const float> x, std::span<float> y) {
    const float max = std::ranges::max(x);
    double sum = 0;
    for (const float value : x) sum += std::exp(value - max);
    const auto log_sum = static_cast<float>(std::log(sum));
    std::ranges::transform(x, y.begin(), [&](float value) { return value - max - log_sum; });
  });
}

PortableKernel portable_local_response_normalization(const OpView& op) {
  const auto& o = op.options<tflite::LocalResponseNormalizationOptionsT>();
  return for_each_row(op, [o](std::span<const float> x, std::span<float> y) {
    const auto radius = static_cast<size_t>(o.radius);
    for (size_t i = 0; i < x.size(); ++i) {
      const size_t first = i - std::min(i, radius), end = i + std::min(x.size() - i - 1, radius) + 1;
      double sum = 0;
      for (const float value : x.subspan(first, end - first)) sum += static_cast<double>(value) * value;
      y[i] = x[i] * static_cast<float>(std::pow(o.bias + o.alpha * sum, -o.beta));
    }
  });
}

}  // namespace webquant
