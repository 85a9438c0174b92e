// Random test data that one number repeats.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace webquant::test {

/// Uniform random values, the same on every platform for the same seed.
class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}

  /// In [low, high).
  float uniform(float low, float high) { return low + static_cast<float>(engine_() * 0x1p-32 * (double{high} - low)); }
  uint32_t below(uint32_t end) { return static_cast<uint32_t>(uint64_t{engine_()} * end >> 32); }
  std::vector<float> values(size_t count, float low = -1, float high = 1) {
    std::vector<float> out(count);
    for (float& value : out) value = uniform(low, high);
    return out;
  }

 private:
  std::mt19937 engine_;
};

/// For INFO: the command that runs the same test case, and one section of it, on the same random
/// values.
inline std::string repeat_command(std::string_view test_case, std::string_view section, uint32_t seed) {
  return text("repeat: webquant_tests \"", test_case, "\" -c \"", section, "\" --rng-seed ", seed);
}

}  // namespace webquant::test
