#include "stats.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "error.h"

namespace webquant {
namespace {

// An integer that orders floats by value, with -inf and +inf outermost and NaNs beyond them. Minimum and maximum of
// integers vectorize (those of floats do not, because of NaN), and the outermost keys tell whether all values were
// finite.
int32_t ordered(float value) {
  const int32_t bits = std::bit_cast<int32_t>(value);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

float value_of(int32_t key) { return std::bit_cast<float>(key ^ ((key >> 31) & 0x7fffffff)); }

bool is_finite(int32_t key) {
  return key > ordered(-std::numeric_limits<float>::infinity()) &&
         key < ordered(std::numeric_limits<float>::infinity());
}

}  // namespace

TensorStats min_max(std::span<const float> values, std::string_view where) {
  if (values.empty()) return {.min = 0, .max = 0};
  int32_t low = std::numeric_limits<int32_t>::max();
  int32_t high = std::numeric_limits<int32_t>::min();
  for (const float value : values) {
    const int32_t key = ordered(value);
    low = std::min(low, key);
    high = std::max(high, key);
  }
  if (!is_finite(low) || !is_finite(high)) {
    const auto bad = std::ranges::find_if(values, [](float value) { return !is_finite(ordered(value)); });
    const std::string_view kind = *bad != *bad ? "NaN" : *bad > 0 ? "infinite" : "-infinite";
    fail(
        ErrorCode::kInvalidInput, std::string(where),
        text("value ", bad - values.begin(), " of ", values.size(), " is ", kind, "; calibration needs finite values"));
  }
  // + 0 turns -0 into 0: equal ranges should compare and print the same.
  return {.min = value_of(low) + 0.0f, .max = value_of(high) + 0.0f};
}

TensorStats merge(const TensorStats& a, const TensorStats& b) {
  return {.min = std::min(a.min, b.min), .max = std::max(a.max, b.max)};
}

}  // namespace webquant
