// Calibration statistics: what was seen of each float activation.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace webquant {

/// Smallest and largest value seen of one tensor.
struct TensorStats {
  float min = 0;
  float max = 0;
  bool operator==(const TensorStats&) const = default;
};

/// Streaming statistics by tensor name (see `tensor_names`); no activation is kept.
struct Stats {
  std::string method = "minmax";
  uint64_t samples = 0;
  std::map<std::string, TensorStats> tensors;
};

/// Range of `values`. Throws invalid-input, naming `where`, if one is NaN or infinite. That of no values is 0.
TensorStats min_max(std::span<const float> values, std::string_view where);

/// The smallest range that holds both.
TensorStats merge(const TensorStats& a, const TensorStats& b);

}  // namespace webquant
