#include "run/kernels/dot_class.h"

#include <wasm_simd128.h>

#include <algorithm>
#include <cstdint>

namespace webquant {
namespace {

#ifdef __wasm_relaxed_simd__
constexpr int kBytes = 16;

int saturated(int sum) { return std::clamp(sum, -32768, 32767); }

// The weights are the first operand: sums of two and of four products reach beyond 16 bits, whichever way the second
// operand is taken, which has its highest bit set and clear.
struct Probe {
  int8_t weights[kBytes], x[kBytes];

  Probe() {
    // They are volatile, or the compiler would compute the results.
    const volatile int kWeights[kBytes] = {127, 127, -128, -128, 127, -127, 1, 0, 64, 64, 127, 127, -1, 1, -64, -64};
    const volatile int kX[kBytes] = {-1, -1, -128, -128, -1, -2, -128, -128, 127, -1, 127, 127, -56, 3, -1, -1};
    for (int i = 0; i < kBytes; ++i) {
      weights[i] = static_cast<int8_t>(kWeights[i]);
      x[i] = static_cast<int8_t>(kX[i]);
    }
  }
  int product(int i, bool is_unsigned) const {
    return weights[i] * (is_unsigned ? static_cast<int>(static_cast<uint8_t>(x[i])) : x[i]);
  }
  int pair(int i, bool is_unsigned) const { return product(i, is_unsigned) + product(i + 1, is_unsigned); }
};

bool adds_exactly(const Probe& probe, bool is_unsigned) {
  constexpr int32_t kStart = 1000003;
  int32_t sums[kBytes / 4];
  wasm_v128_store(sums, wasm_i32x4_relaxed_dot_i8x16_i7x16_add(wasm_v128_load(probe.weights), wasm_v128_load(probe.x),
                                                               wasm_i32x4_splat(kStart)));
  for (int i = 0; i < kBytes; i += 4) {
    if (sums[i / 4] != kStart + probe.pair(i, is_unsigned) + probe.pair(i + 2, is_unsigned)) return false;
  }
  return true;
}

bool saturates_pairs(const Probe& probe) {
  int16_t sums[kBytes / 2];
  wasm_v128_store(sums, wasm_i16x8_relaxed_dot_i8x16_i7x16(wasm_v128_load(probe.weights), wasm_v128_load(probe.x)));
  for (int i = 0; i < kBytes; i += 2) {
    if (sums[i / 2] != saturated(probe.pair(i, true))) return false;
  }
  return true;
}

DotClass probe() {
  const Probe probe;
  if (adds_exactly(probe, true)) return DotClass::kUnsigned;
  if (adds_exactly(probe, false)) return DotClass::kSigned;
  return saturates_pairs(probe) ? DotClass::kSaturatingPairs : DotClass::kNone;
}
#else
DotClass probe() { return DotClass::kNone; }
#endif

}  // namespace

DotClass dot_class() noexcept {
  static const DotClass known = probe();
  return known;
}

}  // namespace webquant
