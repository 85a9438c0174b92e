#include "run/calibrator.h"

#include <limits>
#include <map>
#include <set>
#include <string>

#include "ops/padding.h"
#include "ops/table.h"
#include "ops/tail.h"

namespace webquant {
namespace {

// Tails may end in rows of many thousand boxes; statistics of each would tell nothing.
constexpr int32_t kMostTailChannels = 4096;

// How many channels each tensor has, by name; only of those that an operator with weights reads or makes or that belong
// to the graph's tail, and whose channels are known.
std::map<std::string, size_t> channels_to_watch(const Model& model) {
  std::map<std::string, size_t> channels;
  const auto names = tensor_names(model);
  const auto add = [&](int32_t tensor) {
    if (tensor < 0) return;
    const Shape& shape = graph(model).tensors[tensor]->shape;
    if (shape.size() >= 2 && shape.back() > 0) channels[names[tensor]] = static_cast<size_t>(shape.back());
  };
  for (const auto& op : graph(model).operators) {
    const OpDef* def = find_op(op_code(model, *op));
    if (!def || def->quant.weights < 0) continue;
    add(op->inputs[static_cast<size_t>(def->quant.data)]);
    for (const int32_t output : op->outputs) add(output);
  }
  const auto is_tail = tail_tensors(model);
  for (size_t i = 0; i < is_tail.size(); ++i) {
    const Tensor& tensor = *graph(model).tensors[i];
    if (is_tail[i] && !tensor.shape.empty() && tensor.shape.back() <= kMostTailChannels) add(static_cast<int32_t>(i));
  }
  return channels;
}

}  // namespace

Calibrator::Calibrator(const Model& model, const StatsOptions& options)
    : session_(model, {.observe = true}), observer_(options) {
  const auto channels = channels_to_watch(model);
  std::set<std::string> seen;
  for (const auto& activation : session_.activations()) {
    if (activation.dtype != DType::FLOAT32) {
      fail(ErrorCode::kInvalidInput, "model",
           text("\"", activation.name, "\" is already quantized; calibrate the float model"));
    }
    // Its range is that of what it pads.
    if (activation.op >= 0 && pads_unbounded(model, *graph(model).operators[static_cast<size_t>(activation.op)]))
      continue;
    if (!seen.insert(activation.name).second) continue;  // an input named twice
    const std::span values(reinterpret_cast<const float*>(activation.data.data()),
                           activation.data.size() / sizeof(float));
    const auto known = channels.find(activation.name);
    const bool whole_rows = known != channels.end() && !values.empty() && values.size() % known->second == 0;
    observed_.push_back({.name = activation.name,
                         .label = activation.op < 0
                                      ? text("inputs[\"", activation.name, "\"]")
                                      : text(activation.op_type, " #", activation.op, " \"", activation.name, "\""),
                         .values = values,
                         .channels = whole_rows ? known->second : 0,
                         .op = activation.op});
  }
}

void Calibrator::observe() {
  observer_.forget();
  auto next = observed_.begin();
  const auto look_until = [&](int op) {
    for (; next != observed_.end() && next->op <= op; ++next) observer_.look(*next);
  };
  session_.run(look_until);
  look_until(std::numeric_limits<int>::max());
  observer_.take();
}

}  // namespace webquant
