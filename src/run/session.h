// Running a model on XNNPACK.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/quant_math.h"
#include "model/model.h"
#include "run/tensor_info.h"

namespace webquant {

struct SessionOptions {
  int batch = 0;         // replaces a dynamic first dimension of the inputs; 0: what the file says
  bool profile = false;  // measure each operator (switches operator fusion off)
  bool observe = false;  // keep every activation readable (see Session::activations)
};

struct OpTime {
  size_t op;  // index in the model
  std::string type;
  double ms;  // mean over the runs
  size_t runs;

  void add(double run_ms) { ms += (run_ms - ms) / static_cast<double>(++runs); }
};

struct SessionMemory {
  size_t weights_bytes;      // constants and packed weights
  size_t activations_bytes;  // inputs, outputs and the workspace
};

/// A model made ready to run. Inputs are written to input(i), run() computes, outputs are read from output(i).
/// The spans stay valid (and in place) as long as the session. Not copyable; the model may be destroyed after
/// construction.
class Session {
 public:
  /// Throws invalid-model, unsupported (naming the operator), invalid-input (options) or out-of-memory.
  explicit Session(const Model& model, const SessionOptions& options = {});
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  const std::vector<TensorInfo>& inputs() const;
  const std::vector<TensorInfo>& outputs() const;
  std::span<std::byte> input(size_t index);
  std::span<const std::byte> output(size_t index) const;

  /// Throws internal if XNNPACK refuses, which a constructed session does not expect.
  /// With `observe`, `after(op)` is called when operator `op` and all before it have run.
  void run(const std::function<void(int op)>& after = {});

  /// Real values into an input of any numeric type; see values.h.
  void write_real(size_t input, std::span<const float> values);

  /// Real values of an output of any numeric type; see values.h.
  void read_real(size_t output, std::span<float> out) const;

  /// With `observe`: every float and every int8 or uint8 activation after a run, inputs included, in the order of their
  /// production.
  struct Activation {
    std::string name;
    DType dtype;
    QuantParams quant;  // scale 1 for float
    std::span<const std::byte> data;
    int op;  // index of the producing operator, -1 for a graph input
    std::string op_type;
  };
  const std::vector<Activation>& activations() const;

  /// With `profile`: time of each operator, added up over all runs.
  std::vector<OpTime> profile() const;
  SessionMemory memory() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace webquant
