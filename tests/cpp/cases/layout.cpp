// Rows of the operators that move values.
#include <limits>

#include "cases/cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

OpCase unpack(std::string name, Operand x, int axis) {
  tflite::UnpackOptionsT options;
  options.axis = axis;
  options.num = x.shape[axis < 0 ? x.shape.size() + axis : axis];
  return moves(UNPACK, std::move(name), {std::move(x)}, options_of(options), 0, options.num);
}

OpCase transpose(std::string name, Operand x, std::vector<int32_t> axes) {
  return moves(TRANSPOSE, std::move(name), {std::move(x), ints(std::move(axes))});
}

OpCase expand_dims(std::string name, Operand x, int axis) {
  return moves(EXPAND_DIMS, std::move(name), {std::move(x), ints({axis}, {})});
}

OpCase slice(std::string name, Operand x, std::vector<int32_t> begin, std::vector<int32_t> size) {
  return moves(SLICE, std::move(name), {std::move(x), ints(std::move(begin)), ints(std::move(size))});
}

struct Masks {
  int begin = 0, end = 0, ellipsis = 0, new_axis = 0, shrink = 0;
  bool offset = false;
};

OpCase strided_slice(std::string name, Operand x, std::vector<int32_t> begin, std::vector<int32_t> end,
                     std::vector<int32_t> strides, Masks masks = {}) {
  tflite::StridedSliceOptionsT options;
  options.begin_mask = masks.begin;
  options.end_mask = masks.end;
  options.ellipsis_mask = masks.ellipsis;
  options.new_axis_mask = masks.new_axis;
  options.shrink_axis_mask = masks.shrink;
  options.offset = masks.offset;
  return moves(STRIDED_SLICE, std::move(name),
               {std::move(x), ints(std::move(begin)), ints(std::move(end)), ints(std::move(strides))},
               options_of(options));
}

OpCase split(std::string name, Operand x, int axis, int count) {
  tflite::SplitOptionsT options;
  options.num_splits = count;
  return moves(SPLIT, std::move(name), {ints({axis}, {}), std::move(x)}, options_of(options), 1, count);
}

OpCase split_v(std::string name, Operand x, std::vector<int32_t> sizes, int axis) {
  tflite::SplitVOptionsT options;
  options.num_splits = static_cast<int>(sizes.size());
  return moves(SPLIT_V, std::move(name), {std::move(x), ints(sizes), ints({axis}, {})}, options_of(options), 0,
               options.num_splits);
}

OpCase pack(std::string name, std::vector<Operand> operands, int axis) {
  tflite::PackOptionsT options;
  options.axis = axis;
  options.values_count = static_cast<int>(operands.size());
  return moves(PACK, std::move(name), std::move(operands), options_of(options));
}

OpCase padding(OpCode code, std::string name, Operand x, std::vector<int32_t> paddings, std::vector<Operand> value = {},
               tflite::BuiltinOptionsUnion options = {}) {
  const auto rank = static_cast<int32_t>(x.shape.size());
  std::vector<Operand> operands = {std::move(x), ints(std::move(paddings), {rank, 2})};
  operands.insert(operands.end(), value.begin(), value.end());
  return moves(code, std::move(name), std::move(operands), std::move(options));
}

OpCase mirror_pad(std::string name, tflite::MirrorPadMode mode, Operand x, std::vector<int32_t> paddings) {
  tflite::MirrorPadOptionsT options;
  options.mode = mode;
  return padding(MIRROR_PAD, std::move(name), std::move(x), std::move(paddings), {}, options_of(options));
}

OpCase gather(std::string name, Operand x, Operand indices, int axis, int batch_dims = 0) {
  tflite::GatherOptionsT options;
  options.axis = axis;
  options.batch_dims = batch_dims;
  return moves(GATHER, std::move(name), {std::move(x), std::move(indices)}, options_of(options));
}

OpCase depth_to_space(std::string name, Operand x, int block) {
  tflite::DepthToSpaceOptionsT options;
  options.block_size = block;
  return moves(DEPTH_TO_SPACE, std::move(name), {std::move(x)}, options_of(options));
}

OpCase space_to_depth(std::string name, Operand x, int block) {
  tflite::SpaceToDepthOptionsT options;
  options.block_size = block;
  return moves(SPACE_TO_DEPTH, std::move(name), {std::move(x)}, options_of(options));
}

OpCase resize_nearest(std::string name, Operand x, std::vector<int32_t> size, bool align_corners,
                      bool half_pixel_centers) {
  tflite::ResizeNearestNeighborOptionsT options;
  options.align_corners = align_corners;
  options.half_pixel_centers = half_pixel_centers;
  return moves(RESIZE_NEAREST_NEIGHBOR, std::move(name), {std::move(x), ints(std::move(size))}, options_of(options));
}

OpCase with_ints(OpCode code, std::string name, Operand x, std::vector<int32_t> values) {
  return moves(code, std::move(name), {std::move(x), ints(std::move(values))});
}

OpCase concatenation(std::string name, std::vector<Operand> operands, int axis) {
  tflite::ConcatenationOptionsT options;
  options.axis = axis;
  return moves(CONCATENATION, std::move(name), std::move(operands), options_of(options));
}

OpCase reshape(std::string name, Operand x, std::vector<int32_t> shape) {
  return moves(RESHAPE, std::move(name), {std::move(x), ints(std::move(shape))});
}

}  // namespace

std::vector<OpCase> layout_cases() {
  const Shape map = {2, 5, 7, 6};
  const Operand x = input(map);
  const Operand bytes = input({2, 4, 6, 8}, DType::UINT8, {0.02f, 100});
  constexpr auto kReflect = tflite::MirrorPadMode::REFLECT, kSymmetric = tflite::MirrorPadMode::SYMMETRIC;
  constexpr int32_t kFar = std::numeric_limits<int32_t>::max(), kFarBack = std::numeric_limits<int32_t>::min();
  return {
      unpack("rows", x, 1),
      unpack("channels", x, -1),
      unpack("batch", input({3, 4}), 0),
      unpack("into scalars", input({3}), 0),
      unpack("int32", integers({3, 4}, -9, 9), 1),
      unpack("bool", bools({3, 4}), 1),
      unpack("uint8", bytes, 1),

      transpose("to channels first", x, {0, 3, 1, 2}),
      transpose("negative axes", x, {0, -2, 1, -1}),
      transpose("matrix", input({5, 9}), {1, 0}),
      transpose("nothing", input({5, 9}), {0, 1}),
      transpose("five dimensions", input({2, 3, 1, 4, 5}), {4, 0, 3, 1, 2}),
      transpose("six dimensions", input({2, 3, 1, 4, 5, 2}), {5, 4, 0, 3, 1, 2}),
      transpose("seven dimensions", input({2, 3, 1, 4, 2, 1, 3}), {5, 4, 6, 0, 3, 1, 2}),
      transpose("a scalar", input({}), {}),
      transpose("int64", integers({2, 3, 4}, -9, 9, DType::INT64), {2, 0, 1}),
      transpose("uint8", bytes, {3, 1, 0, 2}),

      expand_dims("front", x, 0),
      expand_dims("end", input({3, 4}), -1),
      expand_dims("a scalar", input({}), 0),
      expand_dims("to seven dimensions", input({1, 2, 1, 2, 1, 2}), 3),
      expand_dims("int32", integers({3}, -9, 9), 1),

      reshape("to a scalar", input({1, 1}), {}),
      reshape("from a scalar", input({}), {1, 1, 1}),
      reshape("to seven dimensions", x, {1, 2, 5, 7, 1, 2, 3}),
      reshape("of nothing", input({0, 3}), {3, 0, 2}),
      reshape("int32", integers({3, 4}, -9, 9), {2, -1}),
      reshape("int64", integers({3, 4}, -9, 9, DType::INT64), {6, 2}),
      reshape("bool", bools({3, 4}), {12}),
      moves(SQUEEZE, "bool", {bools({1, 4, 1})}, options_of(tflite::SqueezeOptionsT())),

      slice("a window", x, {0, 1, 2, 3}, {2, 3, 4, 2}),
      slice("to the ends", x, {1, 0, 6, 1}, {-1, 5, -1, -1}),
      slice("one element of a vector", input({9}), {4}, {1}),
      slice("six dimensions", input({2, 3, 2, 2, 3, 4}), {0, 1, 0, 1, 0, 2}, {2, 2, 1, 1, 3, 2}),
      slice("nothing", x, {0, 5, 0, 0}, {2, 0, 7, 6}),
      slice("int32", integers({4, 4}, -9, 9), {1, 2}, {2, -1}),
      slice("bool", bools({4, 4}), {0, 3}, {4, 1}),

      strided_slice("a window", x, {0, 1, 2, 3}, {2, 4, 6, 5}, {1, 1, 1, 1}),
      strided_slice("steps", x, {0, 0, 1, 0}, {2, 5, 7, 6}, {1, 2, 3, 1}),
      strided_slice("backwards", x, {1, 4, 6, 5}, {-3, 0, 1, -7}, {-1, -1, -2, -3}),
      strided_slice("masks", x, {1, 2, 3, 4}, {1, 2, 3, 4}, {1, 2, 1, -1}, {.begin = 0b1111, .end = 0b1111}),
      strided_slice("beyond the ends", x, {-100, kFarBack, 3, 100}, {100, kFar, 100, -100}, {1, 1, 1, -1}),
      strided_slice("fewer entries than dimensions", x, {1, 1}, {2, -1}, {1, 1}),
      strided_slice("one row", x, {-1, 2}, {0, 0}, {1, 1}, {.shrink = 0b11}),
      strided_slice("the last channel", x, {0, -1}, {0, 0}, {1, 1}, {.ellipsis = 0b1, .shrink = 0b10}),
      strided_slice("an ellipsis in the middle", x, {1, 0, 2}, {2, 0, 5}, {1, 1, 2}, {.ellipsis = 0b10}),
      strided_slice("an ellipsis of nothing", input({3, 4}), {1, 0, 2}, {2, 0, 4}, {1, 1, 1}, {.ellipsis = 0b10}),
      strided_slice("new axes", x, {0, 1, 0, 0, 2}, {0, 4, 0, 0, 5}, {1, 1, 1, 1, 1},
                    {.ellipsis = 0b1000, .new_axis = 0b101}),
      strided_slice("ends that count from the begins", x, {0, 1, -5, 2}, {1, 3, 2, 3}, {1, 1, 1, 2}, {.offset = true}),
      strided_slice("nothing", x, {0, 3}, {2, 2}, {1, 1}),
      strided_slice("of a scalar", input({}), {0}, {0}, {1}, {.new_axis = 1}),
      strided_slice("to a scalar", input({3}), {1}, {2}, {1}, {.shrink = 1}),
      strided_slice("a huge step", input({3, 4}), {1, 3}, {kFar, kFarBack}, {kFar, kFarBack}),
      strided_slice("int32", integers({8}, -9, 9), {1}, {7}, {2}),
      strided_slice("int64 to a scalar", integers({8}, -9, 9, DType::INT64), {-2}, {0}, {1}, {.shrink = 1}),

      split("channels in two", x, 3, 2),
      split("channels in six", x, -1, 6),
      split("width in seven", x, 2, 7),
      split("in one", x, 1, 1),
      split("a vector", input({9}), 0, 3),
      split("int32", integers({4, 6}, -9, 9), 1, 3),
      split_v("uneven", x, {1, 2, 3}, 3),
      split_v("with a rest", x, {2, -1, 1}, 1),
      split_v("with an empty part", x, {2, 0, 4}, -1),
      split_v("in many", input({2, 21}), {1, 2, 3, 4, 5, 6}, 1),
      split_v("int64", integers({4, 6}, -9, 9, DType::INT64), {4, 2}, 1),

      pack("on the batch", {x, x}, 0),
      pack("behind", {x, input(map, 0, 4), x}, -1),
      pack("in the middle, with a constant", {input({3, 4}), constant({3, 4})}, 1),
      pack("seven", std::vector<Operand>(7, input({2, 3})), 1),
      pack("scalars", {input({}), input({})}, 0),
      pack("to seven dimensions", std::vector<Operand>(2, input({1, 2, 1, 3, 1, 2})), 2),
      pack("int32 scalars", {integers({}, -9, 9), integers({}, -9, 9), ints({5}, {})}, 0),
      pack("bool", {bools({3, 4}), bools({3, 4})}, 2),

      concatenation("int32", {integers({2, 3}, -9, 9), integers({2, 1}, -9, 9), ints({7, 8}, {2, 1})}, 1),
      concatenation("int64", {integers({2, 3}, -9, 9, DType::INT64), integers({1, 3}, -9, 9, DType::INT64)}, 0),
      concatenation("bool", {bools({2, 3}), bools({2, 2})}, -1),
      concatenation("with nothing", {x, input({2, 0, 7, 6}), x}, 1),
      concatenation("seven dimensions", std::vector<Operand>(2, input({1, 2, 1, 3, 1, 2, 1})), 3),

      padding(PAD, "int32", integers({3, 4}, -9, 9), {1, 0, 2, 3}),
      padding(PAD, "bool", bools({3, 4}), {1, 0, 2, 3}),
      padding(PAD, "nothing to three", input({0, 4}), {1, 2, 0, 0}),
      padding(PAD, "uint8", bytes, {0, 0, 1, 2, 3, 0, 0, 0}),
      padding(PADV2, "height and width", x, {0, 0, 1, 2, 3, 0, 0, 0}, {constant({}, -1, 1)}),
      padding(PADV2, "with one element", x, {1, 0, 1, 2, 3, 0, 0, 1}, {constant({1}, 2, 3)}),
      padding(PADV2, "with a value of the run", x, {0, 0, 1, 2, 3, 0, 0, 0}, {input({}, -1, 1)}),
      padding(PADV2, "int32", integers({3, 4}, -9, 9), {1, 0, 2, 3}, {ints({-7}, {})}),
      mirror_pad("reflected", kReflect, x, {0, 0, 4, 2, 3, 6, 0, 0}),
      mirror_pad("symmetric", kSymmetric, x, {0, 0, 5, 2, 3, 7, 1, 6}),
      mirror_pad("a vector", kReflect, input({4}), {3, 3}),
      mirror_pad("nothing", kReflect, x, {0, 0, 0, 0, 0, 0, 0, 0}),
      mirror_pad("int32", kSymmetric, integers({3, 4}, -9, 9), {1, 0, 2, 3}),

      with_ints(TILE, "channels", x, {1, 1, 1, 3}),
      with_ints(TILE, "everything", input({2, 3, 4}), {2, 3, 2}),
      with_ints(TILE, "to nothing", input({2, 3}), {2, 0}),
      with_ints(TILE, "a scalar", input({}), {}),
      with_ints(TILE, "int64", integers({2, 3}, -9, 9, DType::INT64), {2, 2}),
      with_ints(BROADCAST_TO, "channels", input({6}), {2, 5, 7, 6}),
      with_ints(BROADCAST_TO, "one pixel", input({2, 1, 1, 6}), {2, 5, 7, 6}),
      with_ints(BROADCAST_TO, "a scalar", input({}), {2, 3}),
      with_ints(BROADCAST_TO, "to eight dimensions", input({3, 1, 2}), {2, 1, 2, 1, 2, 3, 2, 2}),
      with_ints(BROADCAST_TO, "to nothing", input({1, 3}), {0, 3}),
      with_ints(BROADCAST_TO, "int32", integers({3, 1}, -9, 9), {3, 4}),
      with_ints(REVERSE_V2, "channels", x, {3}),
      with_ints(REVERSE_V2, "height and width", x, {1, -2}),
      with_ints(REVERSE_V2, "no axis", input({3, 4}), {}),
      with_ints(REVERSE_V2, "bool", bools({3, 4}), {0}),

      gather("rows", x, ints({3, 0, 0, 4, 1}), 1),
      gather("channels", x, ints({5, 2}, {2, 1}), -1),
      gather("one row", x, ints({2}, {}), 1),
      gather("nothing", x, ints({}), 1),
      gather("at indices of the run", x, integers({2, 3}, 0, 6), 2),
      gather("at int64 indices", x, integers({4}, 0, 4, DType::INT64), 1),
      gather("by batch", x, integers({2, 3}, 0, 4), 1, 1),
      gather("by batch, further on", x, integers({2, 3}, 0, 6), 2, 1),
      gather("by two batch dimensions", x, integers({2, 5, 3}, 0, 5), 3, -1),
      gather("int32", integers({5}, -9, 9), integers({3}, 0, 4), 0),
      gather("bool", bools({5, 2}), ints({4, 4, 0}), 0),

      depth_to_space("2", input({2, 3, 5, 12}), 2),
      depth_to_space("3", input({1, 3, 2, 9}), 3),
      depth_to_space("1", input({1, 3, 2, 5}), 1),
      depth_to_space("int32", integers({1, 3, 2, 8}, -9, 9), 2),
      space_to_depth("2", input({2, 4, 6, 3}), 2),
      space_to_depth("3", input({1, 3, 6, 2}), 3),
      space_to_depth("1", input({1, 3, 2, 5}), 1),
      space_to_depth("int64", integers({1, 4, 2, 3}, -9, 9, DType::INT64), 2),
      depth_to_space("uint8", bytes, 2),
      space_to_depth("uint8", bytes, 2),

      resize_nearest("up", x, {10, 14}, false, false),
      resize_nearest("up unevenly", x, {13, 17}, false, false),
      resize_nearest("down", x, {3, 2}, false, false),
      resize_nearest("corners", x, {13, 17}, true, false),
      resize_nearest("corners to one", x, {1, 4}, true, false),
      resize_nearest("half pixels", x, {13, 17}, false, true),
      resize_nearest("half pixels down", x, {3, 4}, false, true),
      resize_nearest("corners and half pixels", x, {9, 4}, true, true),
      resize_nearest("int8", input({1, 3, 4, 2}, DType::INT8, {0.1f, 3}), {6, 8}, false, true),
      resize_nearest("int32", integers({1, 3, 4, 2}, -9, 9), {6, 8}, false, false),
  };
}

}  // namespace webquant::test
