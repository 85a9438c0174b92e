// libFuzzer target: whatever loads is quantized, in every mode, to a file that loads again, or webquant::Error is
// thrown.
#include <cstdlib>

#include "model/load.h"
#include "model/save.h"
#include "quantize/quantize.h"

namespace {

using namespace webquant;

void try_mode(const Model& model, const QuantSpec& spec, const Stats& stats) {
  try {
    const auto file = save(quantize(model, spec, &stats).model);
    if (save(load(file)) != file) std::abort();
  } catch (const Error& error) {
    if (error.code == ErrorCode::kInternal || error.where.empty()) std::abort();
  }
}

// The same graph, in which nobody knows the first operator.
Model with_custom_operator(Model model) {
  if (model.operator_codes.empty()) return model;
  auto& code = *model.operator_codes[0];
  code.builtin_code = OpCode::CUSTOM;
  code.deprecated_builtin_code = static_cast<int8_t>(OpCode::CUSTOM);
  code.custom_code = "Unknown";
  return model;
}

void try_modes(const Model& model) {
  Stats stats;
  stats.samples = 1;
  for (const std::string& name : tensor_names(model)) stats.tensors[name] = {.min = -1, .max = 2};
  try_mode(model, {.mode = Mode::kFp16}, stats);
  try_mode(model, {.mode = Mode::kDynamicInt8, .min_elements = 0}, stats);
  for (const DType io : {DType::FLOAT32, DType::UINT8}) {
    try_mode(model, {.mode = Mode::kStaticInt8, .io = io, .per_channel = io == DType::FLOAT32}, stats);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const Model model = load({data, size});
    try_modes(model);
    try_modes(with_custom_operator(model));
  } catch (const Error&) {
    // Files that do not load are load_fuzz's.
  }
  return 0;
}
