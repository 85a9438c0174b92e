// Operators that move values without changing them, as selections of elements. XNNPACK runs most of them on floats and
// quantized values; these kernels take what is left.
#include <algorithm>

#include "ops/portable/portable.h"
#include "ops/portable/selection.h"
#include "ops/slices.h"

namespace webquant {
namespace {

// XNNPACK has tensors of at most six dimensions.
constexpr size_t kMaxDims = 6;

// Whether the operands are nothing that XNNPACK knows.
bool needs_own_kernel(const OpView& op, size_t slot = 0) {
  const auto is_unusual = [&](const Tensor& tensor, const Shape& shape) {
    return (tensor.type != DType::FLOAT32 && !is_quantized(tensor)) || shape.size() > kMaxDims || is_empty(op, shape);
  };
  for (size_t i = 0; i < op.output_count(); ++i) {
    if (is_unusual(op.output(i), op.output_shape(i))) return true;
  }
  return op.input_shape(slot).size() > kMaxDims || is_empty(op, op.input_shape(slot));
}

bool is_quantized_alike(const OpView& op, size_t slot) {
  for (size_t i = 0; i < op.output_count(); ++i) {
    if (is_quantized(op.output(i)) && per_tensor_params(op.output(i)) != per_tensor_params(op.input(slot)))
      return false;
  }
  return true;
}

PortableKernel sliced(const OpView& op, size_t slot, const std::vector<Slice>& slices) {
  if (!needs_own_kernel(op, slot) && !op.input_shape(slot).empty()) {
    const bool has_steps = std::ranges::any_of(slices[0].axes, [](const AxisSlice& s) { return s.stride != 1; });
    // XNNPACK rescales one output at most.
    if (!has_steps && (slices.size() == 1 || is_quantized_alike(op, slot))) return {};
  }
  const Shape& x = op.input_shape(slot);
  if (is_empty(op, x)) return do_nothing;
  const auto strides = strides_of(x);
  std::vector<Selection> outputs;
  for (const Slice& slice : slices) {
    Selection& out = outputs.emplace_back();
    for (size_t axis = 0; axis < x.size(); ++axis) {
      const AxisSlice& s = slice.axes[axis];
      out.offsets.push_back(steps(int64_t{s.begin} * strides[axis], s.size, int64_t{s.stride} * strides[axis]));
    }
  }
  return select_elements(op, slot, std::move(outputs));
}

// Inputs one behind the other along one axis of the output. `sizes`: of each input along it.
PortableKernel joined(const OpView& op, size_t axis, const std::vector<int32_t>& sizes) {
  const Shape& y = op.output_shape(0);
  if (is_empty(op, y)) return do_nothing;
  const auto strides = strides_of(y);
  std::vector<Selection> inputs;
  int64_t begin = 0;
  for (const int32_t size : sizes) {
    Selection to = whole(y);
    to.offsets[axis] = steps(begin * strides[axis], size, strides[axis]);
    begin += size;
    inputs.push_back(std::move(to));
  }
  return place_elements(op, std::move(inputs), std::nullopt);
}

}  // namespace

// RESHAPE, SQUEEZE and EXPAND_DIMS.
PortableKernel portable_reshape(const OpView& op) {
  if (!needs_own_kernel(op)) return {};
  return select_from_input(op, whole);
}

PortableKernel portable_transpose(const OpView& op) {
  if (!needs_own_kernel(op) && !op.input_shape(0).empty()) return {};
  return select_from_input(op, [&](const Shape& x) {
    const Selection all = whole(x);
    Selection out;
    for (const int32_t axis : op.constant_ints(1)) out.offsets.push_back(all.offsets[op.axis(axis, x.size())]);
    return out;
  });
}

PortableKernel portable_slice(const OpView& op) { return sliced(op, 0, slice(op)); }
PortableKernel portable_strided_slice(const OpView& op) { return sliced(op, 0, strided_slice(op)); }
PortableKernel portable_split(const OpView& op) { return sliced(op, 1, split(op)); }
PortableKernel portable_split_v(const OpView& op) { return sliced(op, 0, split_v(op)); }
PortableKernel portable_unpack(const OpView& op) { return sliced(op, 0, unpack(op)); }

PortableKernel portable_pack(const OpView& op) {
  bool alike = true;
  for (size_t i = 0; i < op.input_count(); ++i) alike &= is_quantized_alike(op, i);
  if (!needs_own_kernel(op) && alike) return {};
  const size_t axis = op.axis(op.options<tflite::PackOptionsT>().axis, op.output_shape(0).size());
  return joined(op, axis, std::vector<int32_t>(op.input_count(), 1));
}

PortableKernel portable_concatenation(const OpView& op) {
  const auto& o = op.options<tflite::ConcatenationOptionsT>();
  const Tensor& output = op.output(0);
  const bool own = (output.type != DType::FLOAT32 && !is_quantized(output)) || op.output_shape(0).size() > kMaxDims ||
                   is_empty(op, op.output_shape(0));
  if (!own) return {};
  if (o.fused_activation_function != tflite::ActivationFunctionType::NONE)
    op.unsupported(text("has a fused activation on ", to_string(output.type), " ", to_string(op.output_shape(0))));
  const size_t axis = op.axis(o.axis, op.output_shape(0).size());
  std::vector<int32_t> sizes;
  for (size_t i = 0; i < op.input_count(); ++i) sizes.push_back(op.input_shape(i)[axis]);
  return joined(op, axis, sizes);
}

// PAD, and PADV2, whose third input is what it pads with.
PortableKernel portable_pad(const OpView& op) {
  const bool has_value = op.input_count() > 2;
  if (!needs_own_kernel(op) && (!has_value || op.is_constant(2))) return {};
  if (is_empty(op, op.output_shape(0))) return do_nothing;
  const Shape& x = op.input_shape(0);
  const auto strides = strides_of(op.output_shape(0));
  const auto paddings = op.constant_ints(1);
  Selection to;
  for (size_t axis = 0; axis < x.size(); ++axis)
    to.offsets.push_back(steps(int64_t{paddings[2 * axis]} * strides[axis], x[axis], strides[axis]));
  return place_elements(op, {to}, has_value ? std::optional<size_t>(2) : std::nullopt);
}

PortableKernel portable_mirror_pad(const OpView& op) {
  return select_from_input(op, [&](const Shape& x) {
    const Selection all = whole(x);
    const auto paddings = op.constant_ints(1);
    const bool repeats_edge = op.options<tflite::MirrorPadOptionsT>().mode == tflite::MirrorPadMode::SYMMETRIC;
    Selection out;
    for (size_t axis = 0; axis < x.size(); ++axis) {
      auto& offsets = out.offsets.emplace_back();
      const int32_t last = x[axis] - 1;
      for (int32_t i = -paddings[2 * axis]; i <= last + paddings[2 * axis + 1]; ++i) {
        const int32_t mirrored = i < 0 ? -i - repeats_edge : i > last ? last - (i - last) + repeats_edge : i;
        offsets.push_back(all.offsets[axis][static_cast<size_t>(mirrored)]);
      }
    }
    return out;
  });
}

PortableKernel portable_tile(const OpView& op) {
  return select_from_input(op, [&](const Shape& x) {
    Selection out = whole(x);
    const auto repeats = op.constant_ints(1);
    for (size_t axis = 0; axis < x.size(); ++axis) {
      const auto once = out.offsets[axis];
      for (int32_t i = 1; i < repeats[axis]; ++i)
        out.offsets[axis].insert(out.offsets[axis].end(), once.begin(), once.end());
    }
    return out;
  });
}

PortableKernel portable_broadcast_to(const OpView& op) {
  return select_from_input(op, [&](const Shape& x) {
    const Selection all = whole(x);
    const Shape& y = op.output_shape(0);
    const size_t added = y.size() - x.size();
    Selection out;
    for (size_t axis = 0; axis < y.size(); ++axis) {
      const bool repeats = axis < added || x[axis - added] == 1;
      out.offsets.push_back(repeats ? std::vector<int32_t>(static_cast<size_t>(y[axis])) : all.offsets[axis - added]);
    }
    return out;
  });
}

PortableKernel portable_reverse_v2(const OpView& op) {
  return select_from_input(op, [&](const Shape& x) {
    Selection out = whole(x);
    for (const int32_t axis : op.constant_ints(1)) std::ranges::reverse(out.offsets[op.axis(axis, x.size())]);
    return out;
  });
}

PortableKernel portable_depth_to_space(const OpView& op) {
  const int32_t block = op.options<tflite::DepthToSpaceOptionsT>().block_size;
  if (!needs_own_kernel(op) && block > 1) return {};
  return select_from_input(op, [&](const Shape& x) {
    const int32_t depth = op.output_shape(0)[3];
    const auto all = whole(x).offsets;
    return Selection{
        {all[0], all[1], steps(0, block, int64_t{block} * depth), all[2], steps(0, block, depth), steps(0, depth, 1)}};
  });
}

PortableKernel portable_space_to_depth(const OpView& op) {
  const int32_t block = op.options<tflite::SpaceToDepthOptionsT>().block_size;
  if (!needs_own_kernel(op) && block > 1) return {};
  return select_from_input(op, [&](const Shape& x) {
    const auto strides = strides_of(x);
    const auto all = whole(x).offsets;
    const auto blocks = [&](size_t axis) { return steps(0, x[axis] / block, int64_t{block} * strides[axis]); };
    const auto inside = [&](size_t axis) { return steps(0, block, strides[axis]); };
    return Selection{{all[0], blocks(1), blocks(2), inside(1), inside(2), all[3]}};
  });
}

}  // namespace webquant
