#include "compare/match.h"

#include <algorithm>
#include <map>
#include <optional>

namespace webquant {
namespace {

size_t elements(const TensorInfo& info) { return element_count(info.shape, info.name); }
size_t elements(const Session::Activation& activation) {
  return activation.data.size() / element_size(activation.dtype);
}

using Matches = std::vector<size_t>;

std::optional<Matches> by_name(const std::vector<TensorInfo>& reference, const std::vector<TensorInfo>& candidate) {
  Matches matches;
  for (const TensorInfo& info : reference) {
    const auto same = std::ranges::find(candidate, info.name, &TensorInfo::name);
    if (same == candidate.end()) return std::nullopt;
    matches.push_back(static_cast<size_t>(same - candidate.begin()));
  }
  return matches;
}

std::optional<Matches> by_size(const std::vector<TensorInfo>& reference, const std::vector<TensorInfo>& candidate) {
  std::map<size_t, size_t> places;
  for (size_t i = 0; i < candidate.size(); ++i) {
    if (!places.emplace(elements(candidate[i]), i).second) return std::nullopt;
  }
  Matches matches;
  for (const TensorInfo& info : reference) {
    const auto place = places.extract(elements(info));
    if (place.empty()) return std::nullopt;
    matches.push_back(place.mapped());
  }
  return matches;
}

bool is_conversion(const Session::Activation& activation) {
  return activation.op_type == "QUANTIZE" || activation.op_type == "DEQUANTIZE";
}

// Indices of what operators make, without conversions.
std::vector<size_t> layers_of(const std::vector<Session::Activation>& activations) {
  std::vector<size_t> layers;
  for (size_t i = 0; i < activations.size(); ++i) {
    if (activations[i].op >= 0 && !is_conversion(activations[i])) layers.push_back(i);
  }
  return layers;
}

}  // namespace

std::vector<size_t> match_ports(const std::vector<TensorInfo>& reference, const std::vector<TensorInfo>& candidate,
                                std::string_view kind) {
  const auto refuse = [](std::string message) { fail(ErrorCode::kInvalidInput, "candidate", std::move(message)); };
  if (reference.size() != candidate.size()) {
    refuse(text("has ", candidate.size(), " ", kind, "s, the reference has ", reference.size()));
  }
  if (const auto matches = by_name(reference, candidate)) {
    const auto fits = [&](size_t i) { return elements(reference[i]) == elements(candidate[(*matches)[i]]); };
    bool all_fit = true;
    for (size_t i = 0; i < reference.size(); ++i) all_fit &= fits(i);
    if (all_fit) return *matches;
  }
  Matches in_order;
  size_t misfit = reference.size();
  for (size_t i = 0; i < reference.size(); ++i) {
    in_order.push_back(i);
    if (misfit == reference.size() && elements(reference[i]) != elements(candidate[i])) misfit = i;
  }
  if (misfit == reference.size()) return in_order;
  if (const auto matches = by_size(reference, candidate)) return *matches;
  const TensorInfo &expected = reference[misfit], &actual = candidate[misfit];
  refuse(text(kind, " \"", actual.name, "\" has shape ", to_string(actual.shape), ", \"", expected.name,
              "\" of the reference ", to_string(expected.shape)));
  return {};
}

std::vector<std::pair<size_t, size_t>> match_layers(const std::vector<Session::Activation>& reference,
                                                    const std::vector<Session::Activation>& candidate) {
  std::vector<std::pair<size_t, size_t>> twins;
  const auto layers = layers_of(reference), others = layers_of(candidate);
  std::map<std::string_view, size_t> by_name;
  for (size_t i = 0; i < candidate.size(); ++i) {
    if (candidate[i].op >= 0) by_name.emplace(candidate[i].name, i);
  }
  for (const size_t i : layers) {
    const auto found = by_name.find(reference[i].name);
    if (found != by_name.end() && elements(candidate[found->second]) == elements(reference[i])) {
      twins.emplace_back(i, found->second);
    }
  }
  // Another converter's names: the operators tell, if they are the same.
  const auto same = [&](size_t a, size_t b) {
    return reference[a].op_type == candidate[b].op_type && elements(reference[a]) == elements(candidate[b]);
  };
  if (twins.size() == layers.size() || !std::ranges::equal(layers, others, same)) return twins;
  twins.clear();
  for (size_t i = 0; i < layers.size(); ++i) twins.emplace_back(layers[i], others[i]);
  return twins;
}

}  // namespace webquant
