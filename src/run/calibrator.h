// Calibration: a float model runs on samples, and what is seen of its activations goes into statistics.
#pragma once

#include <vector>

#include "calibrate/observer.h"
#include "model/model.h"
#include "run/session.h"

namespace webquant {

/// Runs a float model and keeps the statistics of its float activations.
class Calibrator {
 public:
  /// Throws as Session does, and invalid-input for a model whose activations are already quantized.
  explicit Calibrator(const Model& model, const StatsOptions& options = {});

  Session& session() { return session_; }

  /// Runs the model on what was written to the session's inputs and takes it into the statistics.
  /// Throws invalid-input when an input or activation is NaN or infinite; the statistics are then unchanged.
  void observe();
  const Stats& stats() const { return observer_.stats(); }

 private:
  Session session_;
  std::vector<Observed> observed_;
  Observer observer_;
};

}  // namespace webquant
