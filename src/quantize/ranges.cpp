#include "quantize/ranges.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "calibrate/range.h"
#include "ops/activation.h"
#include "ops/padding.h"
#include "quantize/fuse.h"

namespace webquant {
namespace {

class Ranges {
 public:
  Ranges(const Model& model, const QuantSpec& spec, const Stats& stats, const std::vector<bool>& wanted)
      : model_(model), spec_(spec), stats_(stats), wanted_(wanted), names_(tensor_names(model)) {
    const size_t count = names_.size();
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    ranges_.resize(count);
    limits_.assign(count, {-kInfinity, kInfinity});
    readers_.resize(count);
    is_made_.resize(count);
    for (size_t n = 0; n < ops().size(); ++n) {
      for (const int32_t input : ops()[n]->inputs) {
        if (input >= 0) readers_[input].push_back(n);
      }
      const auto activation = clamp_of(model, *ops()[n]);
      for (const int32_t output : ops()[n]->outputs) {
        is_made_[output] = true;
        if (is_clamp(activation)) limits_[output] = activation_range(activation);
      }
    }
    // Whoever takes the model's outputs may look at anything.
    for (const int32_t output : graph(model).outputs) is_made_[output] = false;
  }

  std::vector<Range> all() {
    for (size_t i = 0; i < ranges_.size(); ++i) {
      if (wanted_[i] && !is_unbounded_padding(i)) ranges_[i] = clamped(tensor_range(i), limits_[i]);
    }
    for (const auto& op : ops()) {
      if (op_code(model_, *op) == OpCode::PADV2) keep_padding_inside(*op);
    }
    for (const auto& op : ops()) {
      if (op_code(model_, *op) == OpCode::ADD) drop_what_clamp_takes(*op);
    }
    return std::move(ranges_);
  }

 private:
  const std::vector<std::unique_ptr<Operator>>& ops() const { return graph(model_).operators; }

  static Range clamped(Range range, const ActivationRange& limits) {
    return {.min = std::clamp(range.min, limits.min, limits.max), .max = std::clamp(range.max, limits.min, limits.max)};
  }

  // Whether only the operators of the graph look at this activation, and these are all that do.
  bool is_read_by(int32_t tensor, auto matches) const {
    return is_made_[tensor] && std::ranges::all_of(readers_[tensor], matches);
  }

  Range tensor_range(size_t index) const {
    const Tensor& tensor = *graph(model_).tensors[index];
    const std::string& name = names_[index];
    if (is_constant(model_, tensor))
      return min_max(constant_values<float>(model_, tensor), text("constant \"", name, "\""));
    const auto found = stats_.tensors.find(name);
    if (found == stats_.tensors.end()) {
      fail(ErrorCode::kMissingStats, text("stats.tensors[\"", name, "\"]"),
           "this tensor has no statistics; are they of another model?");
    }
    const float min = found->second.min, max = found->second.max;
    if (!std::isfinite(min) || !std::isfinite(max) || min > max) {
      fail(ErrorCode::kInvalidInput, text("stats.tensors[\"", name, "\"]"), text("has the range ", min, " to ", max));
    }
    return calibrated_range(found->second, stats_.options, spec_.symmetric);
  }

  // Either the value or the result of an infinite padding.
  bool is_unbounded_padding(size_t tensor) const {
    return std::ranges::any_of(ops(), [&](const auto& op) {
      return pads_unbounded(model_, *op) &&
             (op->inputs[2] == static_cast<int32_t>(tensor) || op->outputs[0] == static_cast<int32_t>(tensor));
    });
  }

  void keep_padding_inside(const Operator& op) {
    const int32_t in = op.inputs[0], value = op.inputs[2], out = op.outputs[0];
    if (!wanted_[out] || !wanted_[in] || !wanted_[value]) return;
    if (pads_unbounded(model_, op)) {
      ranges_[value] = ranges_[out] = ranges_[in];
      return;
    }
    const bool for_max_pool =
        is_read_by(out, [&](size_t reader) { return op_code(model_, *ops()[reader]) == OpCode::MAX_POOL_2D; });
    if (!for_max_pool || readers_[value].size() != 1) return;
    const auto inside = [&](Range range) {
      return Range{std::max(range.min, ranges_[in].min), std::max(range.max, ranges_[in].min)};
    };
    ranges_[value] = inside(ranges_[value]);
    ranges_[out] = inside(ranges_[out]);
  }

  // max(0, a + b) is 0 for every a below -max(b). What is left of the range has finer steps.
  void drop_what_clamp_takes(const Operator& op) {
    const auto activation = clamp_of(model_, op);
    if (!is_clamp(activation) || op.inputs[0] == op.inputs[1]) return;
    const ActivationRange clamp = activation_range(activation);
    // Ranges hold 0 when they are used.
    const auto with_zero = [](Range range) { return Range{std::min(range.min, 0.0f), std::max(range.max, 0.0f)}; };
    const Range before[] = {with_zero(ranges_[op.inputs[0]]), with_zero(ranges_[op.inputs[1]])};
    for (const size_t i : {0, 1}) {
      const int32_t addend = op.inputs[i];
      const Range& other = before[1 - i];
      if (!wanted_[op.inputs[1 - i]] || readers_[addend].size() != 1 || !is_made_[addend]) continue;
      ranges_[addend] = clamped(ranges_[addend], {clamp.min - other.max, clamp.max - other.min});
    }
  }

  const Model& model_;
  const QuantSpec& spec_;
  const Stats& stats_;
  const std::vector<bool>& wanted_;
  std::vector<std::string> names_;
  std::vector<Range> ranges_;
  std::vector<ActivationRange> limits_;       // by tensor: what a clamp in the operator that makes it leaves
  std::vector<std::vector<size_t>> readers_;  // by tensor: operators, once for each operand
  std::vector<bool> is_made_;                 // by tensor: whether an operator makes it for others of the graph only
};

}  // namespace

std::vector<Range> activation_ranges(const Model& model, const QuantSpec& spec, const Stats& stats,
                                     const std::vector<bool>& wanted) {
  return Ranges(model, spec, stats, wanted).all();
}

}  // namespace webquant
