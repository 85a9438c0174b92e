// How far a candidate model's outputs are from a reference model's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "session.h"

namespace webquant {

/// Error of one output over all samples. SQNR is 10 log10(signal power / error power), in dB, infinite for equal outputs.
struct OutputMetrics {
  std::string name;
  double max_abs, mean_abs, mse, cosine, sqnr_db, top1_agreement, top5_agreement;
};

/// Error of one operator's output, dequantized, over all samples.
struct LayerMetrics {
  std::string op, type;  // name and type in the reference model
  double sqnr_db, cosine;
};

struct Comparison {
  uint64_t samples;
  std::vector<OutputMetrics> outputs;
  bool has_probabilities;  // whether the first output is a probability distribution in every sample
  double mean_shift_percent, max_shift_percent;  // |p_candidate - p_reference| of the reference's top-1 class, in percentage points
  std::string verdict;                           // "very-good", "acceptable" or "reconsider"
  bool has_accuracy;
  double reference_accuracy, candidate_accuracy;  // 0..1
  std::vector<LayerMetrics> layers;
};

/// Feeds the same real-valued inputs to both models and gathers metrics as they stream by.
class Comparator {
 public:
  /// Outputs are matched by name, else by order. Throws invalid-input when inputs or outputs of the two models do not fit together.
  Comparator(const Model& reference, const Model& candidate, bool layers);

  /// Inputs are written here, as real values, with Session::write_real.
  Session& reference() { return reference_; }
  Session& candidate() { return candidate_; }

  /// Runs both. `label` is the index of the right class, or -1 when unknown. Throws invalid-input for a label outside the first output's classes.
  void add_sample(int label);

  Comparison report() const;

 private:
  struct Accumulator;
  Session reference_, candidate_;
  std::shared_ptr<Accumulator> sums_;
};

}  // namespace webquant
