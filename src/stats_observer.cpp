#include "stats_observer.h"

#include <algorithm>
#include <cmath>

namespace webquant {

void Observer::add(std::span<const Observed> activations) {
  // All of them first: a bad value leaves the statistics as they were.
  std::vector<Seen> seen;
  for (const Observed& activation : activations) {
    Seen& one = seen.emplace_back();
    if (activation.channels == 0) {
      one.range = min_max(activation.values, activation.label);
      continue;
    }
    one.channels = channel_ranges(activation.values, activation.channels, activation.label);
    one.range = {std::ranges::min(one.channels.min), std::ranges::max(one.channels.max)};
  }
  ++stats_.samples;
  for (size_t i = 0; i < seen.size(); ++i) add(activations[i], seen[i]);
}

void Observer::add(const Observed& activation, const Seen& seen) {
  const auto [entry, is_new] = stats_.tensors.try_emplace(activation.name);
  TensorStats& tensor = entry->second;
  const Range all = is_new ? seen.range : merge({tensor.min, tensor.max}, seen.range);
  if (stats_.options.method == Method::kMovingAverage) {
    // Divided by the weight that the samples so far have together: the mean starts unbiased, as in Adam
    // (Kingma and Ba 2015, arXiv:1412.6980, section 3).
    const double momentum = stats_.options.momentum;
    auto& [low, high] = averages_[activation.name];
    low = momentum * low + (1 - momentum) * seen.range.min;
    high = momentum * high + (1 - momentum) * seen.range.max;
    const double weight = 1 - std::pow(momentum, static_cast<double>(stats_.samples));
    tensor.min = static_cast<float>(low / weight);
    tensor.max = static_cast<float>(high / weight);
  } else {
    tensor.min = all.min;
    tensor.max = all.max;
  }
  if (has_histogram(stats_.options.method)) {
    if (!tensor.histogram) tensor.histogram.emplace();
    fit(*tensor.histogram, all, stats_.options.bins);
    count(*tensor.histogram, activation.values);
  }

  TensorDetails& details = stats_.details[activation.name];
  details.min_sum += on_grid(seen.range.min);
  details.max_sum += on_grid(seen.range.max);
  if (is_new) {
    details.channel_min = seen.channels.min;
    details.channel_max = seen.channels.max;
    details.channel_sum.resize(seen.channels.mean.size());
  }
  for (size_t channel = 0; channel < seen.channels.mean.size(); ++channel) {
    float &low = details.channel_min[channel], &high = details.channel_max[channel];
    low = std::min(low, seen.channels.min[channel]);
    high = std::max(high, seen.channels.max[channel]);
    details.channel_sum[channel] += on_grid(seen.channels.mean[channel]);
  }
}

}  // namespace webquant
