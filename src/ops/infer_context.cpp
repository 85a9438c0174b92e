#include "ops/infer_context.h"

#include <algorithm>
#include <cstring>

namespace webquant {
namespace {

// Shape arithmetic is short; longer results are computed when the model runs.
constexpr size_t kMaxFoldedBytes = 1 << 16;

bool is_integer(DType type) { return type == DType::INT32 || type == DType::INT64 || type == DType::BOOL; }

}  // namespace

void InferContext::set_value(size_t i, std::span<const int32_t> values) {
  auto& bytes = result_.values[output_index(i)];
  const auto store = [&](auto converted) {
    bytes.resize(converted.size() * sizeof(converted[0]));
    if (!bytes.empty()) std::memcpy(bytes.data(), converted.data(), bytes.size());
  };
  if (output(i).type == DType::INT32) {
    store(std::vector<int32_t>(values.begin(), values.end()));
  } else if (output(i).type == DType::INT64) {
    store(std::vector<int64_t>(values.begin(), values.end()));
  } else {
    invalid(text("gives int32 or int64, not ", to_string(output(i).type)));
  }
}

void InferContext::fold(const OpDef& def) {
  const auto is_known = [&](size_t i) {
    // A sparse constant is stored in fewer bytes.
    return !has_input(i) ||
           constant_bytes(i).size() == uint64_t{element_count(input_shape(i), label())} * element_size(input(i).type);
  };
  uint64_t total = 0;  // as element_count() * element_size() may be more than a wasm32 size_t holds
  for (size_t i = 0; i < input_count(); ++i) {
    if (!is_known(i)) return;
  }
  for (size_t i = 0; i < output_count(); ++i) {
    if (!is_integer(output(i).type) || result_.values.contains(output_index(i))) return;
    total += uint64_t{element_count(output_shape(i), label())} * element_size(output(i).type);
  }
  if (!def.portable || total > kMaxFoldedBytes) return;
  const PortableKernel kernel = def.portable(*this);
  if (!kernel) return;

  std::vector<std::span<const std::byte>> inputs;
  for (size_t i = 0; i < input_count(); ++i) {
    inputs.push_back(has_input(i) ? std::as_bytes(constant_bytes(i)) : std::span<const std::byte>());
  }
  std::vector<std::vector<uint8_t>> results;
  std::vector<std::span<std::byte>> outputs;
  for (size_t i = 0; i < output_count(); ++i) {
    results.emplace_back(element_count(output_shape(i), label()) * element_size(output(i).type));
    outputs.push_back(std::as_writable_bytes(std::span(results.back())));
  }
  kernel({inputs, outputs});
  for (size_t i = 0; i < output_count(); ++i) result_.values[output_index(i)] = std::move(results[i]);
}

}  // namespace webquant
