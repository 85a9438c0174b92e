// Which tensors of two models are twins.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "run/session.h"

namespace webquant {

/// For each of the reference's inputs or outputs (`kind`) the index of the candidate's: by name where the candidate has
/// all the names, else by order, and where sizes rule that out and are all different, by size: converters rename and
/// reorder outputs. Throws invalid-input where neither fits.
std::vector<size_t> match_ports(const std::vector<TensorInfo>& reference, const std::vector<TensorInfo>& candidate,
                                std::string_view kind);

/// Pairs of activations (of the reference, of the candidate) that operators make, conversions of the reference apart:
/// by name, but where the candidate lacks names and has the same operators in the same order, conversions apart, by
/// place.
std::vector<std::pair<size_t, size_t>> match_layers(const std::vector<Session::Activation>& reference,
                                                    const std::vector<Session::Activation>& candidate);

}  // namespace webquant
