// The reference of comparisons. When several candidates are compared on the same samples, it runs on each sample once:
// its outputs are kept for the candidates that follow.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "run/session.h"

namespace webquant {

/// A reference model and what it gave for samples that the caller numbered.
class Reference {
 public:
  /// Most bytes of outputs that are kept for candidates that follow.
  static constexpr size_t kMostKeptBytes = size_t{64} << 20;

  /// Throws as Session does. `layers`: every activation of the last run is to be seen in the session.
  explicit Reference(const Model& model, bool layers = false, size_t most_kept_bytes = kMostKeptBytes);

  const Session& session() const { return session_; }

  /// See Session::write_real.
  void write_real(size_t input, std::span<const float> values) { session_.write_real(input, values); }

  /// Runs on the inputs that were written. With a sample's number, under which the caller always writes the same
  /// inputs, the outputs are kept as far as there is room, and where they are kept already, nothing runs.
  void run(std::optional<size_t> sample);

  /// Real values of an output of the last run(), also where that needed none. See Session::read_real.
  void read_real(size_t output, std::span<float> values) const;

  /// How often the model ran.
  size_t runs() const { return runs_; }

 private:
  using Outputs = std::vector<std::vector<float>>;
  void keep(size_t sample);

  Session session_;
  size_t bytes_a_sample_ = 0, free_bytes_, runs_ = 0;
  std::map<size_t, Outputs> kept_;  // by number of the sample
  const Outputs* last_ = nullptr;   // where run() found what it was to give
};

}  // namespace webquant
