// Random numbers that can be had again: a failure tells the seed, `--rng-seed SEED` repeats it.
#pragma once

#include <catch_amalgamated.hpp>
#include <random>
#include <string>
#include <vector>

/// To be passed to INFO in every test that uses random numbers.
inline std::string seed_hint() { return "repeat with --rng-seed " + std::to_string(Catch::getSeed()); }

class Random {
 public:
  int integer(int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine_); }
  float real(float low, float high) { return std::uniform_real_distribution<float>(low, high)(engine_); }
  uint32_t bits() { return static_cast<uint32_t>(engine_()); }

  std::vector<float> reals(size_t count, float low, float high) {
    std::vector<float> out(count);
    for (float& value : out) value = real(low, high);
    return out;
  }

 private:
  std::mt19937 engine_{Catch::getSeed()};
};
