#include "quantize/integer_bias.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/quant_math.h"

namespace webquant {
namespace {

// Half of what 32 bits hold is left to the products.
constexpr double kMaxSteps = 1 << 30;
// A correction may take half of the rest: the bias of a channel without weights has kMaxSteps to begin with.
constexpr double kMaxCorrectedSteps = 1.5 * kMaxSteps;

float scale_of(std::span<const float> scales, size_t channel) { return scales[scales.size() > 1 ? channel : 0]; }

}  // namespace

void widen_steps(std::vector<float>& scales, std::span<const float> bias, float input_scale) {
  constexpr double kLeastStep = 2 * std::numeric_limits<float>::min();  // normal when rounded, too
  for (size_t i = 0; i < bias.size(); ++i) {
    float& scale = scales[scales.size() > 1 ? i : 0];
    const double least = std::max(std::abs(double{bias[i]}) / kMaxSteps, kLeastStep);
    if (least > double{input_scale} * scale) scale = narrowed(least / input_scale);
  }
}

std::vector<int32_t> integer_bias(std::span<const float> bias, std::span<const double> errors,
                                  std::span<const float> scales, float input_scale) {
  std::vector<int32_t> steps(bias.size());
  for (size_t i = 0; i < bias.size(); ++i) {
    const double scale = double{input_scale} * scale_of(scales, i);
    const double corrected = errors.empty() ? double{bias[i]} : bias[i] - errors[i];
    // What is rounded is a float, as the bias of a model is, and what is bounded is what is rounded.
    const float stored = narrowed(corrected);
    const bool fits = std::abs(stored / scale) <= kMaxCorrectedSteps;
    steps[i] = static_cast<int32_t>(std::round((fits ? stored : bias[i]) / scale));
  }
  return steps;
}

}  // namespace webquant
