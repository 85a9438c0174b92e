#include <map>

#include "session.h"

namespace webquant {

Calibrator::Calibrator(const Model& model, const std::string& method) : session_(model, {.observe = true}) {
  if (method != "minmax")
    fail(ErrorCode::kInvalidInput, "options.method", text("\"", method, "\" is not known; use \"minmax\""));
  for (const auto& activation : session_.activations()) {
    if (activation.dtype != DType::FLOAT32) {
      fail(ErrorCode::kInvalidInput, "model",
           text("\"", activation.name, "\" is already quantized; calibrate the float model"));
    }
  }
  stats_.method = method;
}

void Calibrator::observe() {
  session_.run();
  // All of them first: a bad value leaves the statistics as they were.
  std::map<std::string, TensorStats> seen;
  for (const auto& activation : session_.activations()) {
    const std::span values(reinterpret_cast<const float*>(activation.data.data()),
                           activation.data.size() / sizeof(float));
    const auto where = activation.op < 0 ? text("inputs[\"", activation.name, "\"]")
                                         : text(activation.op_type, " #", activation.op, " \"", activation.name, "\"");
    seen[activation.name] = min_max(values, where);
  }
  for (const auto& [name, range] : seen) {
    const auto [entry, added] = stats_.tensors.emplace(name, range);
    if (!added) entry->second = merge(entry->second, range);
  }
  ++stats_.samples;
}

}  // namespace webquant
