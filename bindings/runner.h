// What JavaScript holds of the core: objects with a lifetime, each around one or two sessions.
#pragma once

#include <emscripten/val.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compare/compare.h"
#include "frame/frame.h"
#include "run/calibrator.h"
#include "run/session.h"

namespace webquant {

/// A session's inputs and outputs as places in WebAssembly's memory, and the way in and out for
/// real values.
class Runner {
 public:
  /// Reads the signatures' names for the inputs and outputs.
  explicit Runner(const Model& model);
  virtual ~Runner() = default;
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// { inputs, outputs }, each a list of { info, address, aliases }. Addresses hold as long as this object; 0 where
  /// inputs take real values only.
  emscripten::val ports();

  /// A Float32Array in WebAssembly's memory, large enough for any input or output.
  emscripten::val scratch();

  /// The first values of `scratch` become input `index`, converted to its type.
  virtual void write_real(size_t index) = 0;

  /// Output `index`, converted to real values, becomes the first values of `scratch`.
  void read_real(size_t index);

  virtual void run() = 0;

 protected:
  /// With the names of another runner of the same model.
  struct SameNames {
    const Runner& runner;
  };
  explicit Runner(SameNames names)
      : input_aliases_(names.runner.input_aliases_), output_aliases_(names.runner.output_aliases_) {}
  virtual const Session& session() = 0;
  virtual const std::byte* input_address(size_t index) = 0;
  std::span<const float> real_input(size_t index);

 private:
  using Aliases = std::vector<std::vector<std::string>>;
  Aliases input_aliases_, output_aliases_;
  std::vector<float> scratch_;
};

class SessionRunner : public Runner {
 public:
  SessionRunner(const Model& model, const SessionOptions& options);
  void write_real(size_t index) override { session_.write_real(index, real_input(index)); }
  void run() override { session_.run(); }
  emscripten::val profile() const;
  emscripten::val memory() const;

 private:
  const Session& session() override { return session_; }
  const std::byte* input_address(size_t index) override { return session_.input(index).data(); }
  std::vector<std::string> op_names_;
  Session session_;
};

class CalibratorRunner : public Runner {
 public:
  CalibratorRunner(const Model& model, const StatsOptions& options);
  void write_real(size_t index) override { calibrator_.session().write_real(index, real_input(index)); }
  /// Observes.
  void run() override { calibrator_.observe(); }
  double samples() const { return static_cast<double>(calibrator_.stats().samples); }
  emscripten::val stats() const;
  emscripten::val ranges(bool symmetric) const;

 private:
  const Session& session() override { return calibrator_.session(); }
  const std::byte* input_address(size_t index) override { return calibrator_.session().input(index).data(); }
  Calibrator calibrator_;
};

class ComparatorRunner : public Runner {
 public:
  ComparatorRunner(const Model& reference, const Model& candidate, bool layers);
  /// A comparison with a reference that others share; `ports` is a runner of its model.
  ComparatorRunner(const Runner& ports, std::shared_ptr<Reference> reference, const Model& candidate);
  /// Writes the input of both models.
  void write_real(size_t index) override { comparator_.write_real(index, real_input(index)); }
  /// Adds a sample without a label.
  void run() override { comparator_.add_sample(-1); }
  void run_labelled(int label) { comparator_.add_sample(label); }
  /// Adds sample `sample` of the shared reference's; `label` may be -1.
  void run_numbered(size_t sample, int label) { comparator_.add_sample(label, sample); }
  /// Makes the report tell of each sample.
  void keep_samples() { comparator_.keep_samples(); }
  emscripten::val report() const;

 private:
  const Session& session() override { return comparator_.reference(); }
  const std::byte* input_address(size_t) override { return nullptr; }
  Comparator comparator_;
};

/// A reference that is compared with several candidates on the same samples, on which it runs once.
class ReferenceRunner : public Runner {
 public:
  explicit ReferenceRunner(const Model& model);
  void write_real(size_t index) override { reference_->write_real(index, real_input(index)); }
  void run() override { reference_->run(std::nullopt); }
  std::shared_ptr<ComparatorRunner> compare_with(const Model& candidate) const;
  /// How often the model ran.
  double runs() const { return static_cast<double>(reference_->runs()); }

 private:
  const Session& session() override { return reference_->session(); }
  const std::byte* input_address(size_t) override { return nullptr; }
  std::shared_ptr<Reference> reference_;
};

/// Converts frames, keeping its buffers from one frame to the next.
class FrameConverter {
 public:
  /// A Uint8Array in WebAssembly's memory to write the next frame's pixels to.
  emscripten::val pixels(size_t size);

  /// The frame as a typed array in WebAssembly's memory. `options` is what `frame_spec_from_js` and
  /// `dtype` take.
  emscripten::val convert(int width, int height, int channels, const emscripten::val& options);

 private:
  std::vector<uint8_t> pixels_;
  std::vector<std::byte> tensor_;
};

}  // namespace webquant
