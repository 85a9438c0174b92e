// Files from which fuzzing starts, of a kind that no converter's models in this repository have.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace webquant::networks {

/// Files of custom operators by name: with and without inputs, outputs and tensors, between other operators, with the
/// options and weights of an operator that webquant knows.
std::map<std::string, std::vector<uint8_t>> custom_operators();

}  // namespace webquant::networks
