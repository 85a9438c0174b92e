// Samples of a small model, and what calibration sees of them, without a session: the oracle runs the model.
#pragma once

#include <vector>

#include "calibrate/stats.h"
#include "model/model.h"
#include "oracle/oracle.h"
#include "support/random.h"

namespace webquant::test {

struct Data {
  std::vector<std::vector<Array>> inputs;  // of each sample
  Stats stats;
};

/// Eight random samples in [0, 1] for a model of one input.
Data calibrate(const Model& model, Random& random, const StatsOptions& options = {});

/// The model's first output.
Array result_of(const Model& model, const std::vector<Array>& inputs);

}  // namespace webquant::test
