// What a model holds, and which of it can run here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/model.h"
#include "run/tensor_info.h"

namespace webquant {

struct OpInfo {
  size_t index;
  std::string type, name;
  std::vector<std::string> inputs, outputs;  // tensor names; "" for an absent optional input
  uint64_t macs;
  uint64_t weight_bytes;  // of its constant inputs, as stored
  bool supported;
  std::string runs;    // "xnnpack", "webquant" (a kernel of ours in its place) or "portable"; empty: not supported
  std::string reason;  // why not, or what a user should know of how it runs; may be empty
};

struct SignatureInfo {
  std::string key;
  std::vector<std::pair<std::string, std::string>> inputs, outputs;  // signature name -> tensor name
};

struct ModelInfo {
  std::string description;
  uint64_t parameters;  // elements of all float, half and int8 constants
  uint64_t macs;
  std::string precision;  // "float32", "float16", "dynamic-int8", "static-int8" or "mixed"
  std::vector<TensorInfo> inputs, outputs;
  std::vector<OpInfo> ops;
  std::vector<SignatureInfo> signatures;
  std::vector<std::string> metadata;  // names of the metadata entries
};

/// Never throws for operators that cannot run: each of them says why.
ModelInfo inspect(const Model& model);

}  // namespace webquant
