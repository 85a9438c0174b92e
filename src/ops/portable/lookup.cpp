#include "ops/portable/lookup.h"

#include <algorithm>
#include <array>
#include <limits>

namespace webquant {
namespace {

template <class T>
PortableKernel lookup_of(const std::function<int32_t(int32_t)>& function) {
  std::array<T, 256> table;
  constexpr int32_t low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
  for (int32_t q = low; q <= high; ++q)
    table[static_cast<uint8_t>(q)] = static_cast<T>(std::clamp(function(q), low, high));
  return [table](const KernelOperands& operands) {
    const auto* from = reinterpret_cast<const uint8_t*>(operands.inputs[0].data());
    auto* to = reinterpret_cast<T*>(operands.outputs[0].data());
    const size_t count = operands.outputs[0].size();
    for (size_t i = 0; i < count; ++i) to[i] = table[from[i]];
  };
}

}  // namespace

PortableKernel lookup(DType type, const std::function<int32_t(int32_t)>& function) {
  return type == DType::INT8 ? lookup_of<int8_t>(function) : lookup_of<uint8_t>(function);
}

bool has_8_bit_ends(const OpView& op) {
  const auto is_usable = [](const Tensor& tensor) {
    if (!is_quantized(tensor)) return false;
    const int low = tensor.type == DType::INT8 ? -128 : 0;
    const QuantParams params = *per_tensor_params(tensor);
    return params.scale > 0 && params.zero_point >= low && params.zero_point <= low + 255;
  };
  return is_usable(op.input(0)) && is_usable(op.output(0)) && op.input(0).type == op.output(0).type;
}

}  // namespace webquant
