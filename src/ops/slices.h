// Which part of an input each output of SLICE, STRIDED_SLICE, SPLIT, SPLIT_V and UNPACK is. Included by src/ops only.
#pragma once

#include "ops/view.h"

namespace webquant {

/// Along each axis of the input: the positions begin, begin + stride, …, which exist all.
struct AxisSlice {
  int32_t begin, size, stride = 1;
};

struct Slice {
  std::vector<AxisSlice> axes;
  Shape shape;  // of the output, which has as many elements; it may lack axes or have new ones of 1
};

/// One slice an output. Throws invalid-model for a part that the input does not have, unsupported for one that is not
/// known before the model runs.
std::vector<Slice> slice(const OpView& op);
std::vector<Slice> strided_slice(const OpView& op);
std::vector<Slice> split(const OpView& op);
std::vector<Slice> split_v(const OpView& op);
std::vector<Slice> unpack(const OpView& op);

}  // namespace webquant
