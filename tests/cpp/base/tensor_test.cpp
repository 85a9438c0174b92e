#include "base/tensor.h"

#include <catch_amalgamated.hpp>

namespace webquant {
namespace {

TEST_CASE("element_count multiplies, and refuses what cannot be") {
  CHECK(element_count({}, "t") == 1);
  CHECK(element_count({2, 3, 4}, "t") == 24);
  CHECK(element_count({2147483647}, "t") == 2147483647u);
  CHECK(element_count({2147483647, 2147483647, 2147483647, 0}, "t") == 0);
  for (const Shape& shape : {Shape{-1}, Shape{0, -1}, Shape{65536, 32768}, Shape{2147483647, 2147483647, 2147483647}}) {
    CAPTURE(to_string(shape));
    try {
      element_count(shape, "tensor 7");
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.code == ErrorCode::kInvalidModel);
      CHECK(error.where == "tensor 7");
      CHECK(error.message.find(to_string(shape)) != std::string::npos);
    }
  }
}

TEST_CASE("Every type has a name, and a size unless it cannot be stored") {
  for (const DType type : tflite::EnumValuesTensorType()) {
    CAPTURE(static_cast<int>(type));
    CHECK(to_string(type) != "unknown");
  }
  CHECK(to_string(DType::FLOAT32) == "float32");
  CHECK(to_string(DType::INT4) == "int4");
  CHECK(element_size(DType::FLOAT32) == 4);
  CHECK(element_size(DType::FLOAT16) == 2);
  CHECK(element_size(DType::INT8) == 1);
  CHECK(element_size(DType::INT64) == 8);
  CHECK(element_size(DType::STRING) == 0);
  CHECK(element_size(DType::INT4) == 0);
  const auto invented = static_cast<DType>(99);
  CHECK(to_string(invented) == "unknown");
  CHECK(element_size(invented) == 0);
}

TEST_CASE("Shapes are written as users write them") {
  CHECK(to_string(Shape{}) == "[]");
  CHECK(to_string(Shape{1, 224, 224, 3}) == "[1, 224, 224, 3]");
}

}  // namespace
}  // namespace webquant
