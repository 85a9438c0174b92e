// An XNNPACK subgraph in the making: the values and constants behind the operators of one step. Lowering (run/lower)
// adds the operators; sessions make a runtime of the result, inspection only looks whether it can be built.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ops/facts.h"
#include "ops/view.h"
#include "run/xnnpack.h"

namespace webquant {

/// Which way a tensor that lies in memory of the session is used by a step.
enum class Role : uint8_t { kInput, kOutput };

class SubgraphBuilder {
 public:
  /// Whether the subgraph will run, or is only built to see whether it can be. Then no constant is copied.
  enum class Purpose : uint8_t { kRun, kCheck };

  /// `external`: the tensors of the step's operators that lie in memory of the session. `model` and `facts` must
  /// outlive the builder, and the creation of the runtime. Throws out-of-memory.
  SubgraphBuilder(const Model& model, const TensorFacts& facts, std::map<size_t, Role> external, Purpose purpose);

  const Model& model() const { return model_; }
  const TensorFacts& facts() const { return facts_; }
  Purpose purpose() const { return purpose_; }
  xnn_subgraph_t handle() const { return handle_.get(); }

  /// XNNPACK's value for a tensor, defined at its first use. Throws unsupported, naming `user`.
  uint32_t value(size_t tensor, const OpView& user);

  /// A second view of an external tensor's memory as plain integers: of scale `scale` and zero point 0.
  uint32_t alias(size_t tensor, Role role, float scale, const OpView& user);

  /// A value of the subgraph's own. `data`: of a constant, otherwise null.
  uint32_t define(DType type, const Shape& shape, QuantParams quant, const void* data, const OpView& user);

  /// Copies of constants. Lasting ones are read at every run and go to `take_lasting_constants`; the others are packed
  /// when the runtime is created, and live as long as the builder.
  enum class Lifetime : uint8_t { kPacked, kLasting };
  template <class T>
  const T* keep(std::span<const T> values, Lifetime lifetime) {
    return static_cast<const T*>(keep_bytes(std::as_bytes(values), lifetime));
  }

  /// As keep(), of scales, which XNNPACK looks at while nodes are defined.
  const float* keep_scales(std::span<const float> scales);

  /// The node that was defined last is part of operator `op`.
  void add_node(size_t op) { node_ops_.push_back(op); }

  /// A kernel of ours in place of XNNPACK's runs operator `op`.
  void set_own_kernel(size_t op) { own_kernels_.insert(op); }
  bool has_own_kernel(size_t op) const { return own_kernels_.contains(op); }

  /// What a user should know of how operator `op` runs.
  void set_note(size_t op, std::string note) { notes_[op] = std::move(note); }
  std::string note(size_t op) const {
    const auto found = notes_.find(op);
    return found == notes_.end() ? std::string() : found->second;
  }

  /// The model's operator behind each XNNPACK node, in the order of the nodes.
  const std::vector<size_t>& node_ops() const { return node_ops_; }

  /// XNNPACK's ids of all that lies in memory of the session, and the tensor that lies there.
  struct External {
    uint32_t id;
    size_t tensor;
  };
  const std::vector<External>& externals() const { return externals_; }

  /// Constants that have to live as long as the runtime.
  std::vector<PaddedBuffer> take_lasting_constants() { return std::move(lasting_); }

 private:
  uint32_t define(DType type, const Shape& shape, QuantParams quant, const void* data, uint32_t external_id,
                  uint32_t flags, const OpView& user, const Tensor& named);
  const void* keep_bytes(std::span<const std::byte> bytes, Lifetime lifetime);
  uint32_t external_id(size_t tensor, uint32_t view) const;

  const Model& model_;
  const TensorFacts& facts_;
  std::map<size_t, Role> roles_;  // of the external tensors
  Purpose purpose_;
  SubgraphHandle handle_;
  std::map<size_t, uint32_t> ids_;  // by tensor
  std::vector<External> externals_;
  std::vector<size_t> node_ops_;
  std::set<size_t> own_kernels_;
  std::map<size_t, std::string> notes_;
  std::vector<PaddedBuffer> lasting_, packed_;
};

}  // namespace webquant
