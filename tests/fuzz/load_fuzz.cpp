// libFuzzer target: whatever the bytes, a model loads or webquant::Error is thrown; what loads can be written and read
// again.
//
// Run it natively for a minute, from the top folder, after scripts/setup and `cmake --preset native && cmake --build
// --preset native`:
//
//     mkdir -p build/corpus && cp tests/data/*.tflite build/corpus
//     clang++-19 -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -DWEBQUANT_XNNPACK=0
//         -Isrc -Ibuild/native/generated -I.deps/src/flatbuffers/include tests/fuzz/load_fuzz.cpp
//         src/{model,model_check,tensor,quant_math}.cpp src/ops/{op,infer,table}.cpp -o build/load_fuzz
//     build/load_fuzz -max_total_time=60 build/corpus
#include <cstdlib>

#include "model.h"
#include "ops/op.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace webquant;
  try {
    const Model model = load({data, size});
    const std::vector<uint8_t> saved = save(model);
    // What was written must be readable, and be written the same way again.
    if (save(load(saved)) != saved) std::abort();
    tensor_names(model);
    infer_shapes(model);
  } catch (const Error& error) {
    if (error.code == ErrorCode::kInternal || error.where.empty()) std::abort();
  }
  return 0;
}
