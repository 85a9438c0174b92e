// An XNNPACK subgraph made from a model: the values and constants behind it.
#pragma once

#include <xnnpack.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ops/op.h"

namespace webquant {

struct SubgraphDeleter {
  void operator()(xnn_subgraph_t subgraph) const { xnn_delete_subgraph(subgraph); }
};
using SubgraphHandle = std::unique_ptr<xnn_subgraph, SubgraphDeleter>;

/// Bytes that XNNPACK may read a little beyond.
class PaddedBuffer {
 public:
  explicit PaddedBuffer(size_t size) : bytes_(new std::byte[size + XNN_EXTRA_BYTES]()), size_(size) {}
  std::span<std::byte> bytes() { return {bytes_.get(), size_}; }
  std::span<const std::byte> bytes() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  size_t size_;
};

/// Which tensors are read from or written to by the session rather than by XNNPACK alone.
enum class Role : uint8_t { kInternal, kInput, kOutput };

/// Adds the operators of a model to an XNNPACK subgraph, one by one. The model must outlive the builder.
class SubgraphBuilder {
 public:
  /// `roles` has one entry a tensor. The XNNPACK id of an input or output is its tensor index. `facts` must outlive the
  /// builder, too.
  SubgraphBuilder(const Model& model, const TensorFacts& facts, std::vector<Role> roles);

  /// Adds one operator. Throws unsupported or invalid-model, naming it.
  void lower(size_t op_index);

  xnn_subgraph_t handle() const { return handle_.get(); }

  /// Whether an operator reads or writes the tensor, which is an input or output: XNNPACK then has to be told where it
  /// lies.
  bool is_external(size_t tensor) const { return roles_[tensor] != Role::kInternal && ids_[tensor] == tensor; }

  /// The model's operator behind each XNNPACK node, in the order of the nodes.
  const std::vector<size_t>& node_ops() const { return node_ops_; }

  /// Second views of inputs and outputs: XNNPACK's id and the tensor in whose memory it lies.
  struct Alias {
    uint32_t id;
    size_t tensor;
  };
  const std::vector<Alias>& aliases() const { return aliases_; }

  /// What a user should know of how the operator runs; empty for most.
  std::string note(size_t op_index) const {
    const auto found = notes_.find(op_index);
    return found == notes_.end() ? std::string() : found->second;
  }

  /// Constants that XNNPACK reads at every run; they have to live as long as the runtime. All others are packed when it
  /// is created.
  std::vector<PaddedBuffer> take_lasting_constants() { return std::move(lasting_); }

 private:
  friend class LowerContext;

  // XNNPACK's value for a tensor, defined at its first use.
  uint32_t value(size_t tensor, const LowerContext& user);
  uint32_t define(DType type, const Shape& shape, QuantParams quant, const void* data, uint32_t external_id,
                  uint32_t flags, const OpView& user);
  // A view of a tensor's memory as plain integers: of scale `scale` and zero point 0.
  uint32_t alias(size_t tensor, Role role, float scale, const OpView& user);
  template <class T>
  const T* keep(std::span<const T> values, bool lasting);

  const Model& model_;
  const TensorFacts& facts_;
  std::vector<Role> roles_;
  SubgraphHandle handle_;
  std::vector<uint32_t> ids_;  // by tensor
  std::vector<size_t> node_ops_;
  std::map<size_t, std::string> notes_;
  std::vector<Alias> aliases_;
  std::vector<PaddedBuffer> lasting_, packed_;
};

}  // namespace webquant
