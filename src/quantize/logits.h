// The scores before a model's final SOFTMAX, as outputs of their own. Probabilities near 0 and 1 hide how far versions
// of a model are apart; whoever looks for the best one compares these.
#pragma once

#include "model/model.h"

namespace webquant {

/// The model with each output that a SOFTMAX makes replaced by what that SOFTMAX reads, also in signatures. A model
/// without such an output stays as it is.
Model without_softmax(Model model);

}  // namespace webquant
