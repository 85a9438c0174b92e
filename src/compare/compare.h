// How far a candidate model's outputs are from a reference model's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compare/reference.h"
#include "compare/sample.h"
#include "run/session.h"

namespace webquant {

/// Error of one output over all samples; what each figure means is told in metrics.h.
/// The agreements take an output as score vectors along its last dimension, or along its only dimension above 1.
struct OutputMetrics {
  std::string name;  // in the reference model
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
  // |p_candidate - p_reference| of the reference's top-1 class, in percentage points; 0 without probabilities.
  double mean_shift_percent, max_shift_percent;
  // "very-good", "acceptable" or "reconsider". By the mean shift: below 1, at most 3, above. Without probabilities by
  // the lowest SQNR of the outputs: 30 dB or more, 20 dB or more, below.
  std::string verdict;
  bool has_accuracy;
  double reference_accuracy, candidate_accuracy;  // 0..1: share of labelled samples whose top-1 class is the label
  std::vector<LayerMetrics> layers;       // of the operators whose output both models have, in the reference's order
  std::vector<SampleMetrics> per_sample;  // in the order of the samples; empty unless keep_samples() was called
};

/// Feeds the same real-valued inputs to both models and gathers metrics as they stream by.
class Comparator {
 public:
  /// Inputs, outputs and layers are matched as match.h tells.
  /// `layers`: also compare each activation that both models have. Throws as Session does, and invalid-input
  /// when inputs or outputs of the two models do not fit together.
  Comparator(const Model& reference, const Model& candidate, bool layers);

  /// A comparison with a reference that others share, one after the other; without layers.
  Comparator(std::shared_ptr<Reference> reference, const Model& candidate);

  /// Makes report() tell of each sample that follows, too.
  void keep_samples() { keeps_samples_ = true; }

  const Session& reference() const { return reference_->session(); }
  const Session& candidate() const { return candidate_; }

  /// Writes real values to input `input` of the reference and to the candidate's that matches it; see
  /// Session::write_real.
  void write_real(size_t input, std::span<const float> values);

  /// Runs both. `label` is the index of the right class, or -1 when unknown. `sample`: its number, see Reference::run.
  /// Throws invalid-input for a label outside the first output's classes, or when that has more than one score vector.
  void add_sample(int label, std::optional<size_t> sample = {});

  /// Throws invalid-input when there was no sample.
  Comparison report() const;

 private:
  struct Accumulator;
  std::shared_ptr<Reference> reference_;
  Session candidate_;
  std::shared_ptr<Accumulator> sums_;
  bool keeps_samples_ = false;
};

}  // namespace webquant
