#include "run/subgraph.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace webquant {
namespace {

// Each external tensor may be seen in three ways: as what it is, as integers that are read, as integers that are
// written.
constexpr uint32_t kValueView = 0, kReadView = 1, kWriteView = 2, kViews = 3;

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

uint32_t flag_of(Role role) {
  return role == Role::kInput ? XNN_VALUE_FLAG_EXTERNAL_INPUT : XNN_VALUE_FLAG_EXTERNAL_OUTPUT;
}

}  // namespace

SubgraphBuilder::SubgraphBuilder(const Model& model, const TensorFacts& facts, std::map<size_t, Role> external,
                                 Purpose purpose)
    : model_(model),
      facts_(facts),
      roles_(std::move(external)),
      purpose_(purpose),
      handle_(new_subgraph(kViews * roles_.size())) {}

uint32_t SubgraphBuilder::external_id(size_t tensor, uint32_t view) const {
  const auto place = std::distance(roles_.begin(), roles_.find(tensor));
  return static_cast<uint32_t>(view * roles_.size() + static_cast<size_t>(place));
}

uint32_t SubgraphBuilder::value(size_t index, const OpView& user) {
  if (const auto known = ids_.find(index); known != ids_.end()) return known->second;
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
    data = keep<float>(user.known_floats(index), Lifetime::kLasting);
  } else if (const auto bytes = user.known_bytes(index); !bytes.empty()) {
    data = keep(bytes, Lifetime::kLasting);
  }
  uint32_t id = XNN_INVALID_VALUE_ID, flags = 0;
  if (const auto role = roles_.find(index); role != roles_.end() && !data) {
    id = external_id(index, kValueView);
    flags = flag_of(role->second);
    externals_.push_back({id, index});
  }
  return ids_[index] = define(type, facts_.shapes[index], quant, data, id, flags, user, tensor);
}

uint32_t SubgraphBuilder::alias(size_t tensor, Role role, float scale, const OpView& user) {
  const DType type = graph(model_).tensors[tensor]->type;
  // Where nothing is external, because nothing will run, only the type matters.
  if (!roles_.contains(tensor)) return define(type, facts_.shapes[tensor], {scale, 0}, nullptr, user);
  const uint32_t id = external_id(tensor, role == Role::kInput ? kReadView : kWriteView);
  if (std::ranges::count(externals_, id, &External::id) > 0) return id;
  externals_.push_back({id, tensor});
  return define(type, facts_.shapes[tensor], {scale, 0}, nullptr, id, flag_of(role), user,
                *graph(model_).tensors[tensor]);
}

uint32_t SubgraphBuilder::define(DType type, const Shape& shape, QuantParams quant, const void* data,
                                 const OpView& user) {
  return define(type, shape, quant, data, XNN_INVALID_VALUE_ID, 0, user, user.output(0));
}

uint32_t SubgraphBuilder::define(DType type, const Shape& shape, QuantParams quant, const void* data,
                                 uint32_t external_id, uint32_t flags, const OpView& user, const Tensor& named) {
  const xnn_datatype datatype = value_type(type, user, named);
  if (shape.size() > XNN_MAX_TENSOR_DIMS)
    user.unsupported(text("has a tensor of ", shape.size(), " dimensions; 6 is the most"));
  const std::vector<size_t> sizes(shape.begin(), shape.end());
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
    user.unsupported(text("XNNPACK takes no tensor such as \"", named.name, "\": ", to_string(type), " ",
                          to_string(shape), ", scale ", quant.scale, ", zero point ", quant.zero_point));
  }
  return id;
}

const void* SubgraphBuilder::keep_bytes(std::span<const std::byte> bytes, Lifetime lifetime) {
  // Definitions see whether there is data, and read none of it.
  static constexpr std::byte kNeverRead{};
  if (purpose_ == Purpose::kCheck) return &kNeverRead;
  auto& buffers = lifetime == Lifetime::kLasting ? lasting_ : packed_;
  const auto copy = buffers.emplace_back(bytes.size()).bytes();
  std::ranges::copy(bytes, copy.begin());
  return copy.data();
}

const float* SubgraphBuilder::keep_scales(std::span<const float> scales) {
  const auto copy = packed_.emplace_back(scales.size_bytes()).bytes();
  std::memcpy(copy.data(), scales.data(), scales.size_bytes());
  return reinterpret_cast<const float*>(copy.data());
}

}  // namespace webquant
