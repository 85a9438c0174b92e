#include "subgraph.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "ops/lower.h"

namespace webquant {
namespace {

xnn_datatype value_type(DType type, const OpView& user, const Tensor& tensor) {
  switch (type) {
    case DType::FLOAT32:
      return xnn_datatype_fp32;
    case DType::FLOAT16:
      return xnn_datatype_fp16;
    case DType::INT8:
      return xnn_datatype_qint8;
    case DType::UINT8:
      return xnn_datatype_quint8;
    default:
      user.unsupported(text("\"", tensor.name, "\" is ", to_string(type), ", which no kernel takes"));
  }
}

void require_plain(const Tensor& tensor, const OpView& user) {
  const char* feature = tensor.sparsity                   ? "sparse"
                        : !tensor.variant_tensors.empty() ? "a variant"
                        : tensor.external_buffer != 0     ? "kept in another file"
                        : tensor.is_variable              ? "a variable"
                                                          : nullptr;
  if (feature) user.unsupported(text("\"", tensor.name, "\" is ", feature));
}

SubgraphHandle new_subgraph(size_t tensors) {
  xnn_subgraph_t subgraph = nullptr;
  const xnn_status status = xnn_create_subgraph(tensors, 0, &subgraph);
  if (status != xnn_status_success) fail(ErrorCode::kOutOfMemory, "model", "no memory for the graph");
  return SubgraphHandle(subgraph);
}

}  // namespace

std::vector<size_t> to_sizes(const Shape& shape) { return {shape.begin(), shape.end()}; }

SubgraphBuilder::SubgraphBuilder(const Model& model, std::vector<Shape> shapes, std::vector<Role> roles)
    : model_(model),
      shapes_(std::move(shapes)),
      roles_(std::move(roles)),
      handle_(new_subgraph(3 * shapes_.size())),  // see alias()
      ids_(shapes_.size(), XNN_INVALID_VALUE_ID),
      folded_from_(shapes_.size(), -1) {}

void SubgraphBuilder::lower(size_t op_index) {
  LowerContext context(*this, op_index);
  const OpDef* def = find_op(op_code(model_, context.op()));
  if (!def) context.unsupported("webquant does not know this operator");
  def->lower(context);
  context.finish();
}

bool SubgraphBuilder::is_constant(size_t tensor) const {
  return folded_from_[tensor] >= 0 || webquant::is_constant(model_, *graph(model_).tensors[tensor]);
}

uint32_t SubgraphBuilder::value(size_t index, const OpView& user) {
  if (ids_[index] != XNN_INVALID_VALUE_ID) return ids_[index];
  const Tensor& tensor = *graph(model_).tensors[index];
  require_plain(tensor, user);
  if (element_count(shapes_[index], user.label()) == 0) user.unsupported(text("\"", tensor.name, "\" has no elements"));

  QuantParams quant;
  if (tensor.type == DType::INT8 || tensor.type == DType::UINT8) {
    const auto params = per_tensor_params(tensor);
    if (!params)
      user.unsupported(text("\"", tensor.name, "\" is ", to_string(tensor.type), " without one scale and zero point"));
    quant = *params;
  }
  const void* data = nullptr;
  DType type = tensor.type;
  if (is_constant(index)) {
    if (folded_from_[index] >= 0 || type == DType::FLOAT16) {
      type = DType::FLOAT32;
      data = keep<float>(constant_floats(index, user), true);
    } else {
      data = keep<uint8_t>(constant_data(model_, tensor), true);
    }
  }
  const bool external = roles_[index] != Role::kInternal && !data;
  const uint32_t flag = roles_[index] == Role::kInput ? XNN_VALUE_FLAG_EXTERNAL_INPUT : XNN_VALUE_FLAG_EXTERNAL_OUTPUT;
  return ids_[index] = define(type, shapes_[index], quant, data, external ? index : XNN_INVALID_VALUE_ID,
                              external ? flag : 0, user);
}

uint32_t SubgraphBuilder::alias(size_t tensor, Role role, float scale, const OpView& user) {
  const bool reads = role == Role::kInput;
  const uint32_t id = static_cast<uint32_t>((reads ? 1 : 2) * shapes_.size() + tensor);
  const bool known = std::ranges::any_of(aliases_, [&](const Alias& alias) { return alias.id == id; });
  if (known) return id;
  aliases_.push_back({id, tensor});
  return define(graph(model_).tensors[tensor]->type, shapes_[tensor], {scale, 0}, nullptr, id,
                reads ? XNN_VALUE_FLAG_EXTERNAL_INPUT : XNN_VALUE_FLAG_EXTERNAL_OUTPUT, user);
}

uint32_t SubgraphBuilder::define(DType type, const Shape& shape, QuantParams quant, const void* data,
                                 uint32_t external_id, uint32_t flags, const OpView& user) {
  const Tensor& tensor = user.output(0);
  const xnn_datatype datatype = value_type(type, user, tensor);
  if (shape.size() > XNN_MAX_TENSOR_DIMS)
    user.unsupported(text("has a tensor of ", shape.size(), " dimensions; 6 is the most"));
  const auto sizes = to_sizes(shape);
  uint32_t id = XNN_INVALID_VALUE_ID;
  xnn_status status;
  if (datatype == xnn_datatype_qint8 || datatype == xnn_datatype_quint8) {
    status = xnn_define_quantized_tensor_value(handle(), datatype, quant.zero_point, quant.scale, sizes.size(),
                                               sizes.data(), data, external_id, flags, &id);
  } else {
    status = xnn_define_tensor_value(handle(), datatype, sizes.size(), sizes.data(), data, external_id, flags, &id);
  }
  if (status == xnn_status_out_of_memory) fail(ErrorCode::kOutOfMemory, user.label(), "no memory for its tensors");
  if (status != xnn_status_success) {
    user.unsupported(text("XNNPACK has no such tensor: ", to_string(type), " ", to_string(shape), ", scale ",
                          quant.scale, ", zero point ", quant.zero_point));
  }
  return id;
}

template <class T>
const T* SubgraphBuilder::keep(std::span<const T> values, bool lasting) {
  auto& buffers = lasting ? lasting_ : packed_;
  buffers.emplace_back(values.size_bytes());
  const auto bytes = buffers.back().bytes();
  std::memcpy(bytes.data(), values.data(), values.size_bytes());
  return reinterpret_cast<const T*>(bytes.data());
}
template const float* SubgraphBuilder::keep(std::span<const float>, bool);
template const uint8_t* SubgraphBuilder::keep(std::span<const uint8_t>, bool);
template const int8_t* SubgraphBuilder::keep(std::span<const int8_t>, bool);
template const int32_t* SubgraphBuilder::keep(std::span<const int32_t>, bool);

std::vector<float> SubgraphBuilder::constant_floats(size_t index, const OpView& user) const {
  if (folded_from_[index] >= 0) return constant_floats(folded_from_[index], user);
  const Tensor& tensor = *graph(model_).tensors[index];
  require_plain(tensor, user);
  const size_t count = element_count(tensor.shape, user.label());
  if (tensor.type == DType::FLOAT32) {
    const auto values = constant_values<float>(model_, tensor);
    return {values.begin(), values.end()};
  }
  std::vector<float> floats(count);
  if (tensor.type == DType::FLOAT16) {
    std::ranges::transform(constant_values<uint16_t>(model_, tensor), floats.begin(), half_to_float);
    return floats;
  }
  if (tensor.type == DType::UINT8) {
    if (const auto params = per_tensor_params(tensor)) {
      dequantize_values(constant_values<uint8_t>(model_, tensor), *params, floats);
      return floats;
    }
  }
  if (tensor.type == DType::INT8) {
    const auto values = constant_values<int8_t>(model_, tensor);
    if (const auto params = per_tensor_params(tensor)) {
      dequantize_values(values, *params, floats);
      return floats;
    }
    const bool symmetric = tensor.quantization && std::ranges::count(tensor.quantization->zero_point, 0) ==
                                                      static_cast<ptrdiff_t>(tensor.quantization->zero_point.size());
    if (symmetric && !tensor.quantization->scale.empty()) {
      return dequantize_channels(values, channel_view(tensor.shape, tensor.quantization->quantized_dimension),
                                 tensor.quantization->scale);
    }
  }
  user.unsupported(text("cannot turn the ", to_string(tensor.type), " constant \"", tensor.name, "\" into floats"));
}

}  // namespace webquant
