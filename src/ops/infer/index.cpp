// Shapes of the operators that look up elements or give their places and sizes.
#include <algorithm>

#include "ops/infer/require.h"

namespace webquant {
void infer_gather(InferContext& c) {
  const auto& o = c.options<tflite::GatherOptionsT>();
  const Shape &x = c.input_shape(0), &indices = c.input_shape(1);
  const DType type = c.input(1).type;
  if (type != DType::INT32 && type != DType::INT64)
    c.invalid(text("its indices \"", c.input(1).name, "\" are ", to_string(type), ", not int32 or int64"));
  const size_t axis = c.axis(o.axis, x.size());
  const auto rank = static_cast<int32_t>(indices.size());
  const int64_t batch_dims = o.batch_dims < 0 ? int64_t{o.batch_dims} + rank : o.batch_dims;
  if (batch_dims < 0 || batch_dims > rank || batch_dims > static_cast<int64_t>(axis) ||
      !std::equal(x.begin(), x.begin() + batch_dims, indices.begin())) {
    c.invalid(text("has ", o.batch_dims, " batch dimensions on ", to_string(x), " and indices ", to_string(indices)));
  }
  const auto axis_at = x.begin() + static_cast<std::ptrdiff_t>(axis);
  Shape shape(x.begin(), axis_at);
  shape.insert(shape.end(), indices.begin() + batch_dims, indices.end());
  shape.insert(shape.end(), axis_at + 1, x.end());
  if (c.is_constant(1)) {
    for (const int32_t index : c.constant_ints(1)) {
      if (index < 0 || index >= *axis_at) c.invalid(text("takes element ", index, " of a dimension of ", *axis_at));
    }
  }
  c.set_output(0, std::move(shape));
}

// Known as soon as the input's shape is, whatever its values.
void infer_shape(InferContext& c) {
  const Shape x = c.input_shape(0);
  c.set_output(0, {static_cast<int32_t>(x.size())});
  c.set_value(0, x);
}

void infer_arg(InferContext& c) {
  Shape shape = c.input_shape(0);
  const size_t axis = c.axis(only_int(c, 1, "axes"), shape.size());
  if (shape[axis] == 0) c.invalid(text("looks along axis ", axis, " of ", to_string(shape), ", which is empty"));
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  c.set_output(0, std::move(shape));
}

}  // namespace webquant
