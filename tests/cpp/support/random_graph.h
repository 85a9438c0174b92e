// Networks that nobody would train, to see how operators get along with each other.
#pragma once

#include "model/model.h"
#include "support/random.h"

namespace webquant::test {

/// A float model of 1 or 2 image inputs, 5 to 14 operators that use each other's results in any combination, and 1 to 3
/// outputs.
Model random_graph(Random& random);

}  // namespace webquant::test
