#include "calibrate/observer.h"

#include <algorithm>
#include <cmath>

namespace webquant {

void Observer::add(std::span<const Observed> activations) {
  forget();
  for (const Observed& activation : activations) look(activation);
  take();
}

void Observer::look(const Observed& activation) {
  Seen seen{.activation = &activation, .range = {}, .all = {}, .channels = {}, .histogram = {}};
  if (activation.channels == 0) {
    seen.range = min_max(activation.values, activation.label);
  } else {
    seen.channels = channel_ranges(activation.values, activation.channels, activation.label);
    seen.range = {std::ranges::min(seen.channels.min), std::ranges::max(seen.channels.max)};
  }
  const auto known = stats_.tensors.find(activation.name);
  seen.all = known == stats_.tensors.end() ? seen.range : merge({known->second.min, known->second.max}, seen.range);
  if (has_histogram(stats_.options.method)) {
    fit(seen.histogram, seen.all, stats_.options.bins);
    count(seen.histogram, activation.values);
  }
  seen_.push_back(std::move(seen));
}

void Observer::take() {
  ++stats_.samples;
  for (const Seen& seen : seen_) take(seen);
  forget();
}

void Observer::take(const Seen& seen) {
  const Observed& activation = *seen.activation;
  const auto [entry, is_new] = stats_.tensors.try_emplace(activation.name);
  TensorStats& tensor = entry->second;
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
    tensor.min = seen.all.min;
    tensor.max = seen.all.max;
  }
  if (has_histogram(stats_.options.method)) {
    if (!tensor.histogram) tensor.histogram.emplace();
    // Both have the bins of the same range now.
    fit(*tensor.histogram, seen.all, stats_.options.bins);
    for (size_t i = 0; i < seen.histogram.counts.size(); ++i) tensor.histogram->counts[i] += seen.histogram.counts[i];
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
