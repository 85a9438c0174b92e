// The class of the processor is found with a few numbers; here are many. That the kernels are right in each class is
// what the other tests say, which scripts/test runs in several.
#include <wasm_simd128.h>

#include <algorithm>
#include <catch_amalgamated.hpp>

#include "run/kernels/dot_class.h"
#include "support/random.h"

namespace webquant::test {

#ifdef __wasm_relaxed_simd__
TEST_CASE("relaxed dot products are what the processor's class says", "[int8]") {
  INFO("--rng-seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  const bool is_unsigned = dot_class() != DotClass::kSigned;
  for (int round = 0; round < 10000; ++round) {
    int8_t weights[16], x[16];
    for (int8_t& weight : weights) weight = static_cast<int8_t>(random.uniform(-128.9f, 127.9f));
    for (int8_t& value : x) value = static_cast<int8_t>(random.uniform(-128.9f, 127.9f));
    const auto pair = [&](int i) {
      const auto value = [&](int k) { return is_unsigned ? static_cast<int>(static_cast<uint8_t>(x[k])) : x[k]; };
      return weights[i] * value(i) + weights[i + 1] * value(i + 1);
    };
    bool right = true;
    if (has_dot()) {
      int32_t sums[4];
      wasm_v128_store(sums, wasm_i32x4_relaxed_dot_i8x16_i7x16_add(wasm_v128_load(weights), wasm_v128_load(x),
                                                                   wasm_i32x4_splat(round)));
      for (int i = 0; i < 4; ++i) right &= sums[i] == round + pair(4 * i) + pair(4 * i + 2);
    } else if (dot_class() == DotClass::kSaturatingPairs) {
      int16_t sums[8];
      wasm_v128_store(sums, wasm_i16x8_relaxed_dot_i8x16_i7x16(wasm_v128_load(weights), wasm_v128_load(x)));
      for (int i = 0; i < 8; ++i) right &= sums[i] == std::clamp(pair(2 * i), -32768, 32767);
    }
    if (!right) {
      for (int i = 0; i < 16; ++i) UNSCOPED_INFO(int{weights[i]} << " times " << int{x[i]});
    }
    REQUIRE(right);
  }
}
#else
TEST_CASE("plain SIMD has no dot product of bytes", "[int8]") { CHECK(dot_class() == DotClass::kNone); }
#endif

}  // namespace webquant::test
