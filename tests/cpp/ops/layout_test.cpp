// Operators that move values: operands that contradict each other, and shapes that are computed from shapes.
#include <catch_amalgamated.hpp>
#include <functional>
#include <limits>
#include <variant>

#include "cases/cases.h"
#include "ops/op.h"
#include "support/model_builder.h"
#include "support/quantized.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

constexpr int32_t kLargest = std::numeric_limits<int32_t>::max(), kLowest = std::numeric_limits<int32_t>::min();

// A constant, as a tensor of the model or as one that is an input.
struct Ints {
  std::vector<int32_t> values;
  Shape shape;
  Ints(std::vector<int32_t> v) : values(std::move(v)), shape{static_cast<int32_t>(values.size())} {}
  Ints(std::vector<int32_t> v, Shape s) : values(std::move(v)), shape(std::move(s)) {}
};

ErrorCode error_of(OpCode code, std::vector<std::variant<Shape, Ints>> operands,
                   tflite::BuiltinOptionsUnion options = {}, int outputs = 1) {
  ModelBuilder b("contradiction");
  std::vector<int> inputs;
  for (const auto& operand : operands) {
    const std::string name = text("x", inputs.size());
    const auto* ints = std::get_if<Ints>(&operand);
    inputs.push_back(ints ? b.constant(name, ints->shape, ints->values) : b.input(name, std::get<Shape>(operand)));
  }
  try {
    b.op(code, "y", inputs, std::move(options), outputs);
  } catch (const Error& error) {
    CHECK(error.where == text(tflite::EnumNameBuiltinOperator(code), " #0 \"y\""));
    CHECK(!error.message.empty());
    return error.code;
  }
  FAIL("nothing was thrown");
  return ErrorCode::kInternal;
}

bool is_invalid(OpCode code, std::vector<std::variant<Shape, Ints>> operands, tflite::BuiltinOptionsUnion options = {},
                int outputs = 1) {
  return error_of(code, std::move(operands), std::move(options), outputs) == ErrorCode::kInvalidModel;
}

template <class Options>
tflite::BuiltinOptionsUnion with(const std::function<void(Options&)>& change) {
  Options options;
  change(options);
  return options_of(options);
}

tflite::BuiltinOptionsUnion gather(int axis, int batch_dims) {
  return with<tflite::GatherOptionsT>([&](auto& o) { o.axis = axis, o.batch_dims = batch_dims; });
}

const Shape kX = {2, 3};

}  // namespace

TEST_CASE("slices with contradicting operands are invalid", "[ops]") {
  CHECK(is_invalid(SLICE, {kX, Ints({0}), Ints({1})}));
  CHECK(is_invalid(SLICE, {kX, Ints({0, 0}), Ints({1})}));
  for (const int32_t bad : {4, kLargest, kLowest, -2}) {
    INFO(bad);
    CHECK(is_invalid(SLICE, {kX, Ints({0, 0}), Ints({2, bad})}));
    CHECK(is_invalid(SLICE, {kX, Ints({0, bad}), Ints({2, 1})}));
    CHECK(is_invalid(SLICE, {kX, Ints({0, bad}), Ints({2, -1})}));
  }
  CHECK(error_of(SLICE, {kX, Shape{2}, Ints({1, 1})}) == ErrorCode::kUnsupported);

  const auto strided = [](auto... masks) {
    return with<tflite::StridedSliceOptionsT>([&](auto& o) { (masks(o), ...); });
  };
  const auto ellipsis = [](int mask) { return [mask](auto& o) { o.ellipsis_mask = mask; }; };
  const auto shrink = [](int mask) { return [mask](auto& o) { o.shrink_axis_mask = mask; }; };
  CHECK(is_invalid(STRIDED_SLICE, {kX, Ints({0}), Ints({1}), Ints({0})}, strided()));
  CHECK(is_invalid(STRIDED_SLICE, {kX, Ints({0}), Ints({1, 1}), Ints({1})}, strided()));
  CHECK(is_invalid(STRIDED_SLICE, {kX, Ints({0, 0, 0}), Ints({1, 1, 1}), Ints({1, 1, 1})}, strided()));
  CHECK(is_invalid(STRIDED_SLICE, {kX, Ints({0, 0, 0}), Ints({1, 1, 1}), Ints({1, 1, 1})}, strided(ellipsis(0b11))));
  for (const int32_t bad : {2, kLargest})
    CHECK(is_invalid(STRIDED_SLICE, {kX, Ints({bad}), Ints({0}), Ints({1})}, strided(shrink(1))));
  CHECK(is_invalid(STRIDED_SLICE, {Shape{}, Ints({0}), Ints({1}), Ints({1})}, strided()));
  const std::vector<int32_t> many(40, 0);
  CHECK(is_invalid(STRIDED_SLICE, {kX, Ints(many), Ints(many), Ints(many)}, strided()));
}

TEST_CASE("splits and packs with contradicting operands are invalid", "[ops]") {
  const auto split = [](int count) { return with<tflite::SplitOptionsT>([&](auto& o) { o.num_splits = count; }); };
  CHECK(is_invalid(SPLIT, {Ints({0}), kX}, split(3), 3));
  CHECK(is_invalid(SPLIT, {Ints({1}), kX}, split(3), 2));
  CHECK(is_invalid(SPLIT, {Ints({1}), kX}, split(0), 1));
  CHECK(is_invalid(SPLIT, {Ints({2}), kX}, split(2), 2));
  CHECK(is_invalid(SPLIT, {Ints({0, 1}), kX}, split(2), 2));
  CHECK(error_of(SPLIT, {Shape{1}, kX}, split(2), 2) == ErrorCode::kUnsupported);

  for (const std::vector<int32_t>& sizes :
       {std::vector{1, 1}, {1, 3}, {-1, -1}, {4, -1}, {-2, 5}, {3}, {kLargest, kLargest}, {kLowest, 3}}) {
    CHECK(is_invalid(SPLIT_V, {kX, Ints(sizes), Ints({1})}, {}, 2));
  }
  CHECK(is_invalid(SPLIT_V, {kX, Ints({1, 1}), Ints({-3})}, {}, 2));

  const auto pack = [](int count, int axis) {
    return with<tflite::PackOptionsT>([&](auto& o) { o.values_count = count, o.axis = axis; });
  };
  CHECK(is_invalid(PACK, {kX, kX}, pack(3, 0)));
  CHECK(is_invalid(PACK, {kX, Shape{3, 2}}, pack(2, 0)));
  CHECK(is_invalid(PACK, {kX, kX}, pack(2, 3)));
  CHECK(is_invalid(PACK, {kX, kX}, pack(2, -4)));
  const auto unpack = with<tflite::UnpackOptionsT>([](auto& o) { o.axis = 1; });
  CHECK(is_invalid(UNPACK, {kX}, unpack, 2));
  CHECK(is_invalid(UNPACK, {Shape{3}}, unpack, 3));
}

TEST_CASE("other moves with contradicting operands are invalid", "[ops]") {
  for (const std::vector<int32_t>& axes : {std::vector{0}, {0, 0}, {0, 2}, {0, -3}, {1, -1}, {0, 1, 2}})
    CHECK(is_invalid(TRANSPOSE, {kX, Ints(axes)}));
  for (const int32_t axis : {3, -4, kLargest, kLowest}) CHECK(is_invalid(EXPAND_DIMS, {kX, Ints({axis})}));
  CHECK(is_invalid(EXPAND_DIMS, {kX, Ints({0, 1})}));
  CHECK(is_invalid(PADV2, {kX, Ints({0, 0, 0, 0}, {2, 2}), Shape{2}}));
  CHECK(is_invalid(PADV2, {kX, Ints({0, 0, -1, 0}, {2, 2}), Shape{}}));
  const auto mirror = [](int mode) {
    return with<tflite::MirrorPadOptionsT>([&](auto& o) { o.mode = static_cast<tflite::MirrorPadMode>(mode); });
  };
  CHECK(is_invalid(MIRROR_PAD, {kX, Ints({2, 0, 0, 0}, {2, 2})}, mirror(0)));
  CHECK(is_invalid(MIRROR_PAD, {kX, Ints({0, 0, 0, 4}, {2, 2})}, mirror(1)));
  CHECK(is_invalid(MIRROR_PAD, {kX, Ints({0, 0, 0, 0}, {2, 2})}, mirror(2)));
  CHECK(is_invalid(MIRROR_PAD, {Shape{0}, Ints({1, 0}, {1, 2})}, mirror(1)));
  for (const std::vector<int32_t>& repeats : {std::vector{1}, {1, -1}, {1, kLargest}, {1 << 15, 1 << 15}, {1, 1, 1}})
    CHECK(is_invalid(TILE, {kX, Ints(repeats)}));
  for (const std::vector<int32_t>& shape : {std::vector{3}, {2, 2}, {-1, 3}, {1 << 20, 1 << 10, 2, 3}, {2, 3, 1}})
    CHECK(is_invalid(BROADCAST_TO, {kX, Ints(shape)}));
  for (const std::vector<int32_t>& axes : {std::vector{2}, {-3}, {0, 0}, {1, -1}})
    CHECK(is_invalid(REVERSE_V2, {kX, Ints(axes)}));
  for (const int32_t axis : {2, -3, kLowest}) {
    CHECK(is_invalid(ARG_MAX, {kX, Ints({axis})}));
    CHECK(is_invalid(ARG_MIN, {kX, Ints({axis})}));
    CHECK(is_invalid(GATHER, {kX, Ints({0})}, gather(axis, 0)));
  }
  CHECK(is_invalid(ARG_MAX, {Shape{2, 0}, Ints({1})}));
  CHECK(is_invalid(ARG_MAX, {kX, Ints({0, 1})}));
  for (const int32_t index : {3, -1, kLargest, kLowest})
    CHECK(is_invalid(GATHER, {kX, Ints({0, index})}, gather(1, 0)));
  CHECK(is_invalid(GATHER, {kX, Ints({0, 1})}, gather(0, 1)));
  CHECK(is_invalid(GATHER, {kX, Ints({0, 1, 0})}, gather(1, 1)));
  CHECK(is_invalid(GATHER, {kX, Ints({0, 1})}, gather(1, 2)));
  CHECK(is_invalid(GATHER, {kX, Ints({0, 1})}, gather(1, kLowest)));
  CHECK(is_invalid(GATHER, {Shape{1 << 20, 1 << 10}, Shape{1 << 10, 4}}, gather(1, 0)));
}

TEST_CASE("blocks and sizes that do not fit an image are invalid", "[ops]") {
  const auto to_space = [](int b) { return with<tflite::DepthToSpaceOptionsT>([&](auto& o) { o.block_size = b; }); };
  const auto to_depth = [](int b) { return with<tflite::SpaceToDepthOptionsT>([&](auto& o) { o.block_size = b; }); };
  const Shape x = {1, 4, 4, 4};
  for (const int block : {0, -1, 3, kLargest, kLowest}) {
    CHECK(is_invalid(DEPTH_TO_SPACE, {x}, to_space(block)));
    CHECK(is_invalid(SPACE_TO_DEPTH, {x}, to_depth(block)));
  }
  CHECK(is_invalid(DEPTH_TO_SPACE, {Shape{4, 4, 4}}, to_space(2)));
  CHECK(is_invalid(SPACE_TO_DEPTH, {Shape{4, 4, 4}}, to_depth(2)));
  for (const std::vector<int32_t>& size : {std::vector{8}, {8, 0}, {-8, 8}, {8, 8, 8}, {kLargest, kLargest}})
    CHECK(is_invalid(RESIZE_NEAREST_NEIGHBOR, {x, Ints(size)}));
  CHECK(is_invalid(RESIZE_NEAREST_NEIGHBOR, {Shape{1, 0, 4, 4}, Ints({8, 8})}));
  CHECK(is_invalid(RESIZE_NEAREST_NEIGHBOR, {Shape{4, 4, 4}, Ints({8, 8})}));
  CHECK(is_invalid(SHAPE, {x}));  // sizes are no floats
}

TEST_CASE("empty tensors may have any shape", "[ops]") {
  ModelBuilder b("nothing");
  const int x = b.input("x", {0, kLargest, kLargest});
  CHECK(b.shape(b.op(TRANSPOSE, "t", {x, b.constant("axes", {3}, std::vector{2, 0, 1})})) ==
        Shape{kLargest, 0, kLargest});
  CHECK(b.shape(b.op(RESHAPE, "r", {x, b.constant("shape", {2}, std::vector{kLargest, 0})})) == Shape{kLargest, 0});
  CHECK(b.shape(b.op(TILE, "tile", {x, b.constant("repeats", {3}, std::vector{5, 1, 1})})) ==
        Shape{0, kLargest, kLargest});
}

}  // namespace webquant::test
