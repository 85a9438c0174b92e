#include "run/subgraph.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "run/lower/lower.h"

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

SubgraphHandle new_subgraph(size_t tensors) {
  xnn_subgraph_t subgraph = nullptr;
  const xnn_status status = xnn_create_subgraph(tensors, 0, &subgraph);
  if (status != xnn_status_success) fail(ErrorCode::kOutOfMemory, "model", "no memory for the graph");
  return SubgraphHandle(subgraph);
}

}  // namespace

std::vector<size_t> to_sizes(const Shape& shape) { return {shape.begin(), shape.end()}; }

SubgraphBuilder::SubgraphBuilder(const Model& model, const TensorFacts& facts, std::vector<Role> roles)
    : model_(model),
      facts_(facts),
      roles_(std::move(roles)),
      handle_(new_subgraph(3 * roles_.size())),  // see alias()
      ids_(roles_.size(), XNN_INVALID_VALUE_ID) {}

void SubgraphBuilder::lower(size_t op_index) {
  LowerContext context(*this, op_index);
  const OpDef* def = find_op(op_code(model_, context.op()));
  if (!def) context.unsupported("webquant does not know this operator");
  def->lower(context);
  context.finish();
}

uint32_t SubgraphBuilder::value(size_t index, const LowerContext& user) {
  if (ids_[index] != XNN_INVALID_VALUE_ID) return ids_[index];
  const Tensor& tensor = *graph(model_).tensors[index];
  user.require_plain(tensor);
  if (element_count(facts_.shapes[index], user.label()) == 0)
    user.unsupported(text("\"", tensor.name, "\" has no elements"));

  QuantParams quant;
  if (tensor.type == DType::INT8 || tensor.type == DType::UINT8) {
    const auto params = per_tensor_params(tensor);
    if (!params)
      user.unsupported(text("\"", tensor.name, "\" is ", to_string(tensor.type), " without one scale and zero point"));
    quant = *params;
  }
  const void* data = nullptr;
  DType type = tensor.type;
  if (facts_.dequantized.contains(index) || (type == DType::FLOAT16 && !user.known_bytes(index).empty())) {
    type = DType::FLOAT32;
    data = keep<float>(user.known_floats(index), true);
  } else if (const auto bytes = user.known_bytes(index); !bytes.empty()) {
    data = keep<uint8_t>(bytes, true);
  }
  const bool external = roles_[index] != Role::kInternal && !data;
  const uint32_t flag = roles_[index] == Role::kInput ? XNN_VALUE_FLAG_EXTERNAL_INPUT : XNN_VALUE_FLAG_EXTERNAL_OUTPUT;
  return ids_[index] = define(type, facts_.shapes[index], quant, data, external ? index : XNN_INVALID_VALUE_ID,
                              external ? flag : 0, user);
}

uint32_t SubgraphBuilder::alias(size_t tensor, Role role, float scale, const OpView& user) {
  const bool reads = role == Role::kInput;
  const uint32_t id = static_cast<uint32_t>((reads ? 1 : 2) * facts_.shapes.size() + tensor);
  const bool known = std::ranges::any_of(aliases_, [&](const Alias& alias) { return alias.id == id; });
  if (known) return id;
  aliases_.push_back({id, tensor});
  return define(graph(model_).tensors[tensor]->type, facts_.shapes[tensor], {scale, 0}, nullptr, id,
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

}  // namespace webquant
