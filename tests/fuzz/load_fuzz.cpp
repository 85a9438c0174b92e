// libFuzzer target: whatever the bytes, a model loads or webquant::Error is thrown; what loads can be written and read
// again.
//
// `scripts/test fuzz` runs each target for a few seconds. For longer, after `scripts/build native`:
//
//     mkdir -p build/corpus && find tests examples -name '*.tflite' -exec cp {} build/corpus ';'
//     build/native/load_fuzz -max_total_time=600 build/corpus
#include <cstdlib>

#include "model/load.h"
#include "model/model.h"
#include "model/save.h"
#include "ops/facts.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace webquant;
  try {
    const Model model = load({data, size});
    const std::vector<uint8_t> saved = save(model);
    // What was written must be readable, and be written the same way again.
    if (save(load(saved)) != saved) std::abort();
    tensor_names(model);
    infer(model);
  } catch (const Error& error) {
    if (error.code == ErrorCode::kInternal || error.where.empty()) std::abort();
  }
  return 0;
}
