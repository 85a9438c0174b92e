// Rows of the operators that resize images.
#include "cases/cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

OpCase resize_bilinear(std::string name, Shape x, int height, int width, bool align_corners, bool half_pixel_centers) {
  tflite::ResizeBilinearOptionsT options;
  options.align_corners = align_corners;
  options.half_pixel_centers = half_pixel_centers;
  name += align_corners ? ", align_corners" : half_pixel_centers ? ", half_pixel_centers" : "";
  return {.name = "RESIZE_BILINEAR " + name,
          .code = RESIZE_BILINEAR,
          .operands = {input(x), ints({height, width})},
          .options = options_of(options)};
}

void add_resizes(std::vector<OpCase>& rows) {
  const Shape x = {2, 5, 7, 6};
  for (const auto& [align_corners, half_pixel_centers] : {std::pair(false, false), {true, false}, {false, true}}) {
    const auto add = [&](std::string name, Shape shape, int height, int width) {
      rows.push_back(resize_bilinear(name, shape, height, width, align_corners, half_pixel_centers));
    };
    add("twice as large", x, 10, 14);
    add("larger by other factors", x, 11, 9);
    add("smaller", x, 2, 3);
    add("taller and narrower", x, 8, 4);
    add("same size", x, 5, 7);
    add("to one pixel", x, 1, 1);
    add("of one pixel", {2, 1, 1, 17}, 4, 3);
  }
}

OpCase resize_nearest(std::string name, Operand x, std::vector<int32_t> size, bool align_corners,
                      bool half_pixel_centers) {
  tflite::ResizeNearestNeighborOptionsT options;
  options.align_corners = align_corners;
  options.half_pixel_centers = half_pixel_centers;
  return moves(RESIZE_NEAREST_NEIGHBOR, std::move(name), {std::move(x), ints(std::move(size))}, options_of(options));
}

}  // namespace

std::vector<OpCase> resize_cases() {
  const Operand x = input({2, 5, 7, 6});
  std::vector<OpCase> rows = {
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
  add_resizes(rows);
  return rows;
}

}  // namespace webquant::test
