#include "base/tensor.h"

namespace webquant {

std::string_view to_string(DType type) {
  switch (type) {
    case DType::FLOAT32:
      return "float32";
    case DType::FLOAT16:
      return "float16";
    case DType::INT32:
      return "int32";
    case DType::UINT8:
      return "uint8";
    case DType::INT64:
      return "int64";
    case DType::STRING:
      return "string";
    case DType::BOOL:
      return "bool";
    case DType::INT16:
      return "int16";
    case DType::COMPLEX64:
      return "complex64";
    case DType::INT8:
      return "int8";
    case DType::FLOAT64:
      return "float64";
    case DType::COMPLEX128:
      return "complex128";
    case DType::UINT64:
      return "uint64";
    case DType::RESOURCE:
      return "resource";
    case DType::VARIANT:
      return "variant";
    case DType::UINT32:
      return "uint32";
    case DType::UINT16:
      return "uint16";
    case DType::INT4:
      return "int4";
    case DType::BFLOAT16:
      return "bfloat16";
    case DType::INT2:
      return "int2";
    case DType::UINT4:
      return "uint4";
    case DType::FLOAT8_E4M3FN:
      return "float8_e4m3fn";
    case DType::FLOAT8_E5M2:
      return "float8_e5m2";
  }
  return "unknown";
}

size_t element_size(DType type) {
  switch (type) {
    case DType::UINT8:
    case DType::INT8:
    case DType::BOOL:
    case DType::FLOAT8_E4M3FN:
    case DType::FLOAT8_E5M2:
      return 1;
    case DType::FLOAT16:
    case DType::BFLOAT16:
    case DType::INT16:
    case DType::UINT16:
      return 2;
    case DType::FLOAT32:
    case DType::INT32:
    case DType::UINT32:
      return 4;
    case DType::INT64:
    case DType::UINT64:
    case DType::FLOAT64:
    case DType::COMPLEX64:
      return 8;
    case DType::COMPLEX128:
      return 16;
    case DType::STRING:
    case DType::RESOURCE:
    case DType::VARIANT:
    case DType::INT4:
    case DType::INT2:
    case DType::UINT4:
      return 0;
  }
  return 0;  // a number that the file made up
}

size_t element_count(const Shape& shape, std::string_view where) {
  bool empty = false;
  for (const int32_t dim : shape) {
    if (dim < 0)
      fail(ErrorCode::kInvalidModel, std::string(where), text("shape ", to_string(shape), " has a negative dimension"));
    empty |= dim == 0;
  }
  if (empty) return 0;  // whatever the other dimensions multiply to
  uint64_t count = 1;
  for (const int32_t dim : shape) {
    count *= static_cast<uint64_t>(dim);  // below 2^31 * 2^31
    if (count >= uint64_t{1} << 31) {
      fail(ErrorCode::kInvalidModel, std::string(where),
           text("shape ", to_string(shape), " has 2^31 elements or more"));
    }
  }
  return static_cast<size_t>(count);
}

std::string to_string(const Shape& shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); ++i) out += text(i == 0 ? "" : ", ", shape[i]);
  return out + "]";
}

}  // namespace webquant
