// Operators that move values without changing them, as selections of elements.
#include "ops/reference.h"
#include "ops/reference_ops.h"

namespace webquant {
namespace {

// Every element, in its place.
Selection whole(const Shape& shape) {
  Selection all;
  const auto strides = strides_of(shape);
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    auto& offsets = all.offsets.emplace_back();
    for (int32_t i = 0; i < shape[axis]; ++i) offsets.push_back(i * strides[axis]);
  }
  return all;
}

}  // namespace

ReferenceKernel reference_unpack(const OpView& op) {
  const Shape& x = op.input_shape(0);
  const size_t axis = op.axis(op.options<tflite::UnpackOptionsT>().axis, x.size());
  const Selection all = whole(x);
  std::vector<Selection> parts(op.output_count(), all);
  for (size_t i = 0; i < parts.size(); ++i) parts[i].offsets[axis] = {all.offsets[axis][i]};
  return select_elements(op, 0, std::move(parts));
}

}  // namespace webquant
