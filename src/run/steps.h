// How a model is divided between XNNPACK and webquant's own kernels.
#pragma once

#include <map>
#include <vector>

#include "ops/facts.h"
#include "ops/op.h"
#include "run/subgraph.h"

namespace webquant {

/// Operators that run together: any number of them in one XNNPACK runtime, or one in a kernel of webquant's own.
struct Step {
  std::vector<size_t> ops;
  PortableKernel kernel;  // empty: XNNPACK
};

/// The model's operators in their order, without those whose results are known, and without those that the graph's
/// outputs do not depend on. With `observe` these too, and each operator alone. Throws unsupported, naming the
/// operator.
std::vector<Step> plan_steps(const Model& model, const TensorFacts& facts, bool observe);

/// By tensor: whether it has to lie in memory of the session, because it goes from one step to another.
std::vector<bool> crossing_tensors(const Model& model, const TensorFacts& facts, const std::vector<Step>& steps);

/// The tensors of a step's operators that lie in memory of the session, and their role in its subgraph. `exposed`: by
/// tensor, whether it lies there.
std::map<size_t, Role> roles_in(const Model& model, const Step& step, const std::vector<bool>& exposed);

}  // namespace webquant
