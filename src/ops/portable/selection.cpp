#include "ops/portable/selection.h"

#include <algorithm>
#include <cstring>

namespace webquant {
namespace {

// A selection with its last axes joined to blocks of neighbours, which are copied at once.
struct Blocks {
  std::vector<std::vector<int32_t>> offsets;
  size_t length = 1;

  explicit Blocks(Selection selection) : offsets(std::move(selection.offsets)) {
    while (!offsets.empty() && are_neighbours(offsets.back())) {
      length *= offsets.back().size();
      offsets.pop_back();
    }
  }

  bool are_neighbours(const std::vector<int32_t>& axis) const {
    for (size_t i = 0; i < axis.size(); ++i) {
      if (axis[i] != static_cast<int32_t>(i * length)) return false;
    }
    return !axis.empty();
  }

  /// Calls visit(number of the block's first element) for every block in the selection's order.
  void for_each(auto&& visit) const {
    const bool is_empty = std::ranges::any_of(offsets, [](const auto& axis) { return axis.empty(); });
    if (!is_empty) walk(0, 0, visit);
  }

 private:
  void walk(size_t axis, int32_t from, auto&& visit) const {
    if (axis == offsets.size()) return visit(static_cast<size_t>(from));
    for (const int32_t offset : offsets[axis]) walk(axis + 1, from + offset, visit);
  }
};

std::vector<Blocks> to_blocks(std::vector<Selection> selections) {
  std::vector<Blocks> blocks;
  for (Selection& selection : selections) blocks.emplace_back(std::move(selection));
  return blocks;
}

void select_blocks(const Blocks& blocks, size_t element_bytes, const std::byte* from, std::byte* to) {
  const size_t block_bytes = blocks.length * element_bytes;
  blocks.for_each([&](size_t first) {
    std::memcpy(to, from + first * element_bytes, block_bytes);
    to += block_bytes;
  });
}

void place_blocks(const Blocks& blocks, size_t element_bytes, const std::byte* from, std::byte* to) {
  const size_t block_bytes = blocks.length * element_bytes;
  blocks.for_each([&](size_t first) {
    std::memcpy(to + first * element_bytes, from, block_bytes);
    from += block_bytes;
  });
}

void fill(std::span<std::byte> bytes, std::span<const std::byte> element) {
  for (size_t i = 0; i < bytes.size(); i += element.size()) std::ranges::copy(element, bytes.data() + i);
}

// The size of the elements that are moved from one tensor to another.
size_t moved_bytes(const OpView& op, const Tensor& from, const Tensor& to) {
  if (from.type != to.type) {
    op.invalid(text("its input \"", from.name, "\" is ", to_string(from.type), " and its output \"", to.name, "\" ",
                    to_string(to.type)));
  }
  const size_t bytes = element_size(from.type);
  if (bytes == 0) op.unsupported(text("cannot move elements of type ", to_string(from.type)));
  return bytes;
}

bool is_quantized_alike(const Tensor& a, const Tensor& b) {
  return !is_quantized(a) || per_tensor_params(a) == per_tensor_params(b);
}

const std::byte* bytes_of(std::span<const float> values) { return std::as_bytes(values).data(); }
std::byte* bytes_of(std::span<float> values) { return std::as_writable_bytes(values).data(); }

}  // namespace

std::vector<int32_t> strides_of(const Shape& shape) {
  std::vector<int32_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

bool is_empty(const OpView& op, const Shape& shape) { return element_count(shape, op.label()) == 0; }

std::vector<int32_t> steps(int64_t from, int32_t count, int64_t step) {
  std::vector<int32_t> out;
  for (int32_t i = 0; i < count; ++i) out.push_back(static_cast<int32_t>(from + i * step));
  return out;
}

Selection whole(const Shape& shape) {
  Selection all;
  const auto strides = strides_of(shape);
  for (size_t axis = 0; axis < shape.size(); ++axis) all.offsets.push_back(steps(0, shape[axis], strides[axis]));
  return all;
}

PortableKernel select_elements(const OpView& op, size_t slot, std::vector<Selection> outputs) {
  const Tensor& from = op.input(slot);
  bool alike = true;
  size_t element_bytes = 0;
  for (size_t i = 0; i < op.output_count(); ++i) {
    element_bytes = moved_bytes(op, from, op.output(i));
    alike &= is_quantized_alike(from, op.output(i));
  }
  auto blocks = to_blocks(std::move(outputs));
  if (!alike) {
    return compute_on_reals(op, [slot, blocks = std::move(blocks)](RealInputs in, RealOutputs out) {
      for (size_t i = 0; i < out.size(); ++i)
        select_blocks(blocks[i], sizeof(float), bytes_of(in[slot]), bytes_of(out[i]));
    });
  }
  return [slot, element_bytes, blocks = std::move(blocks)](const KernelOperands& operands) {
    for (size_t i = 0; i < operands.outputs.size(); ++i)
      select_blocks(blocks[i], element_bytes, operands.inputs[slot].data(), operands.outputs[i].data());
  };
}

PortableKernel place_elements(const OpView& op, std::vector<Selection> inputs, std::optional<size_t> fill_slot) {
  bool alike = true;
  size_t element_bytes = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    element_bytes = moved_bytes(op, op.input(i), op.output(0));
    alike &= is_quantized_alike(op.input(i), op.output(0));
  }
  if (fill_slot) {
    moved_bytes(op, op.input(*fill_slot), op.output(0));
    alike &= is_quantized_alike(op.input(*fill_slot), op.output(0));
  }
  auto blocks = to_blocks(std::move(inputs));
  if (!alike) {
    return compute_on_reals(op, [fill_slot, blocks = std::move(blocks)](RealInputs in, RealOutputs out) {
      std::ranges::fill(out[0], fill_slot ? in[*fill_slot][0] : 0.0f);
      for (size_t i = 0; i < blocks.size(); ++i)
        place_blocks(blocks[i], sizeof(float), bytes_of(in[i]), bytes_of(out[0]));
    });
  }
  std::vector<std::byte> zero(element_bytes);
  if (is_quantized(op.output(0))) zero[0] = static_cast<std::byte>(per_tensor_params(op.output(0))->zero_point);
  return [fill_slot, element_bytes, zero, blocks = std::move(blocks)](const KernelOperands& operands) {
    fill(operands.outputs[0], fill_slot ? operands.inputs[*fill_slot] : std::span<const std::byte>(zero));
    for (size_t i = 0; i < blocks.size(); ++i)
      place_blocks(blocks[i], element_bytes, operands.inputs[i].data(), operands.outputs[0].data());
  };
}

}  // namespace webquant
