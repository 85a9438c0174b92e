#include "quantize/joins.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "ops/table.h"
#include "ops/tail.h"

namespace webquant {
namespace {

using Output = QuantRule::Output;

// A usable channel has 20 dB against the noise of rounding, of which the root mean square is 0.29 steps: its own has to
// be 2.9 steps. The largest value of random channels is up to 5 times theirs. Parts of a join differ for a reason and
// never by chance, so they get twice that.
constexpr double kChannelSteps = 16, kPartSteps = 32;
constexpr double kGap = 4;
constexpr size_t kManyRows = 16, kFewestRows = 8;

double magnitude(double min, double max) { return std::max(std::abs(min), std::abs(max)); }

bool is_softmax(OpCode code) { return code == OpCode::SOFTMAX || code == OpCode::LOG_SOFTMAX; }

class UnlikeResults {
 public:
  UnlikeResults(const Model& model, const StaticPlan& plan, const Stats& stats, std::vector<std::string>& reasons)
      : model_(model),
        plan_(plan),
        stats_(stats),
        names_(tensor_names(model)),
        makers_(tensor_makers(model)),
        reasons_(reasons),
        is_seen_(makers_.size()) {}

  bool extend() {
    for (const int32_t output : graph(model_).outputs) waiting_.push_back({output, ""});
    while (!waiting_.empty()) {
      const auto [tensor, reason] = std::move(waiting_.back());
      waiting_.pop_back();
      if (is_seen_[tensor] || makers_[tensor] < 0) continue;
      is_seen_[tensor] = true;
      look_at(tensor, static_cast<size_t>(makers_[tensor]), reason);
    }
    keep_followers_float();
    return has_found_;
  }

 private:
  // `reason`: what the tensor would lose, where that is known already.
  void look_at(int32_t tensor, size_t n, const std::string& reason) {
    const OpDef* def = find_op(op_code(model_, op(n)));
    if (!def || def->quant.output == Output::kIntegers || is_softmax(def->code)) return;
    if (plan_.int8_op[n]) {
      add(n, reason.empty() ? loss(tensor, plan_.params[tensor].scale) : reason);
      // Without a join, its parts have other scales than in this plan.
      if (def->quant.output == Output::kInputsSameAsOutput && !reasons_[n].empty()) return;
    }
    const bool is_lost = !reasons_[n].empty();
    if (def->quant.weights >= 0 || !(is_lost || !plan_.int8_op[n] || is_elementwise(n))) return;
    const bool moves = def->quant.output == Output::kSameAsInput;
    for_each_data_input(n, [&](int32_t input) { waiting_.push_back({input, moves ? reasons_[n] : ""}); });
  }

  // What comes between a result that stays float and the model's outputs would lose the same.
  void keep_followers_float() {
    const auto is_tail = tail_tensors(model_);
    for (size_t n = 0; n < reasons_.size(); ++n) {
      const OpDef* def = find_op(op_code(model_, op(n)));
      if (!plan_.int8_op[n] || !reasons_[n].empty() || !def || def->quant.weights >= 0) continue;
      if (std::ranges::none_of(op(n).outputs, [&](int32_t output) { return is_tail[output]; })) continue;
      for_each_data_input(n, [&](int32_t input) {
        if (makers_[input] < 0 || reasons_[static_cast<size_t>(makers_[input])].empty()) return;
        add(n, text("\"", names_[input], "\" stays float on its way to the outputs"));
      });
    }
  }

  void add(size_t n, std::string reason) {
    has_found_ = has_found_ || !reason.empty();
    reasons_[n] = std::move(reason);
  }

  // Whether each value follows from the one in the same place of its only input that is no constant.
  bool is_elementwise(size_t n) const {
    const int32_t* only = nullptr;
    for (const int32_t& input : op(n).inputs) {
      if (input < 0 || is_constant(model_, *graph(model_).tensors[input])) continue;
      if (only) return false;
      only = &input;
    }
    return only && op(n).outputs.size() == 1 &&
           graph(model_).tensors[*only]->shape == graph(model_).tensors[op(n).outputs[0]]->shape;
  }

  // What a tensor, and all that it is moved or joined from, would lose in steps of `scale`; empty when nothing much.
  std::string loss(int32_t tensor, double scale) const {
    std::vector<bool> known(makers_.size());
    known[tensor] = true;
    std::vector<std::pair<int32_t, bool>> waiting = {{tensor, false}};  // and whether it is part of a join
    std::string found;
    while (!waiting.empty() && found.empty()) {
      const auto [next, is_part] = waiting.back();
      waiting.pop_back();
      if (is_part) found = lost_part(next, scale);
      if (!found.empty() || makers_[next] < 0 || are_probabilities(next)) continue;
      found = lost_channels(next, scale);
      const auto n = static_cast<size_t>(makers_[next]);
      const OpDef* def = find_op(op_code(model_, op(n)));
      if (!def) continue;
      const bool joins = def->quant.output == Output::kInputsSameAsOutput;
      if (!joins && def->quant.output != Output::kSameAsInput) continue;
      for_each_data_input(n, [&](int32_t input) {
        const bool is_moved = joins || input == op(n).inputs[def->quant.data];
        if (!is_moved || known[input]) return;
        known[input] = true;
        waiting.push_back({input, joins});
      });
    }
    return found;
  }

  // Whether these are probabilities, also where they were moved since: a small one says that the class is none of the
  // candidates, and its exact value says nothing more.
  bool are_probabilities(int32_t tensor) const {
    while (makers_[tensor] >= 0) {
      const Operator& maker = op(static_cast<size_t>(makers_[tensor]));
      const OpCode code = op_code(model_, maker);
      if (is_softmax(code)) return true;
      const OpDef* def = find_op(code);
      if (!def || def->quant.output != Output::kSameAsInput) return false;
      tensor = maker.inputs[def->quant.data];
    }
    return false;
  }

  std::string lost_part(int32_t tensor, double scale) const {
    const auto seen = stats_.tensors.find(names_[tensor]);
    if (seen == stats_.tensors.end()) return "";
    const double largest = magnitude(seen->second.min, seen->second.max);
    if (largest == 0 || largest >= kPartSteps * scale) return "";
    return text("its part \"", names_[tensor], "\" would have ", std::ceil(largest / scale),
                " steps of the scale that it shares with the others");
  }

  std::string lost_channels(int32_t tensor, double scale) const {
    const auto details = stats_.details.find(names_[tensor]);
    if (details == stats_.details.end() || details->second.channel_min.size() < 2) return "";
    std::vector<double> largest;
    for (size_t c = 0; c < details->second.channel_min.size(); ++c) {
      largest.push_back(magnitude(details->second.channel_min[c], details->second.channel_max[c]));
    }
    std::ranges::sort(largest);
    // Channels that are always 0 are exact in any scale.
    const auto first = std::ranges::upper_bound(largest, 0.0);
    auto last = std::ranges::lower_bound(first, largest.end(), kChannelSteps * scale);
    const size_t rows = rows_of(tensor, largest.size());
    if (rows < kManyRows) {
      if (rows * stats_.samples < kFewestRows) return "";
      const auto is_set_off = [&](auto end) { return end != largest.end() && *end >= kGap * *(end - 1); };
      while (last != first && !is_set_off(last)) --last;
    }
    const auto lost = last - first;
    if (lost == 0 || last == largest.end()) return "";
    return text(lost, " of ", largest.size(), " channels of \"", names_[tensor], "\" would have ",
                std::ceil(*(last - 1) / scale), " steps of its scale or fewer");
  }

  // How many rows of channels a sample has, 1 where that is not known.
  size_t rows_of(int32_t tensor, size_t channels) const {
    double elements = 1;
    for (const int32_t size : graph(model_).tensors[tensor]->shape) elements *= std::max(size, 1);
    return static_cast<size_t>(std::min(elements / static_cast<double>(channels), 0x1p31));
  }

  template <class Visit>
  void for_each_data_input(size_t n, Visit visit) const {
    const QuantRule& rule = find_op(op_code(model_, op(n)))->quant;
    for (size_t slot = 0; slot < op(n).inputs.size(); ++slot) {
      if (op(n).inputs[slot] >= 0 && is_data_input(rule, slot)) visit(op(n).inputs[slot]);
    }
  }

  const Operator& op(size_t n) const { return *graph(model_).operators[n]; }

  const Model& model_;
  const StaticPlan& plan_;
  const Stats& stats_;
  std::vector<std::string> names_;
  std::vector<int> makers_;
  std::vector<std::string>& reasons_;
  std::vector<bool> is_seen_;
  bool has_found_ = false;
  std::vector<std::pair<int32_t, std::string>> waiting_;  // tensors to look at, and what is known of them
};

}  // namespace

bool extend_unlike_results(const Model& model, const StaticPlan& plan, const Stats& stats,
                           std::vector<std::string>& reasons) {
  return UnlikeResults(model, plan, stats, reasons).extend();
}

}  // namespace webquant
