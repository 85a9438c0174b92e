// Writes what the operator tests run, for other runtimes to run it too (tests/interop/operators.test.mjs).
#include <catch_amalgamated.hpp>
#include <cstdlib>
#include <fstream>

#include "cases/cases.h"
#include "model/save.h"

namespace webquant::test {
namespace {

constexpr int kSamples = 4;

void write(const std::string& path, const void* bytes, size_t size) {
  std::ofstream file(path, std::ios::binary);
  file.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  REQUIRE(file.good());
}

}  // namespace

// Hidden: it tests nothing. Each row gives N.tflite and N.f32, the real values of the inputs of several samples one
// after the other; rows.txt has a line for each N, with tabs between: name, whether it can be quantized, how many steps
// an 8-bit result may be off.
TEST_CASE("write the operators' files", "[.files]") {
  const char* folder = std::getenv("WEBQUANT_OP_FILES");
  REQUIRE(folder != nullptr);
  std::string rows;
  int count = 0;
  for (const OpCase& row : op_cases()) {
    Random random(1);
    const auto model = save(build(row, random));
    std::vector<float> inputs;
    for (int sample = 0; sample < kSamples; ++sample) {
      for (const auto& x : random_inputs(row, random)) inputs.insert(inputs.end(), x.begin(), x.end());
    }
    const std::string stem = text(folder, "/", count++);
    write(stem + ".tflite", model.data(), model.size());
    write(stem + ".f32", inputs.data(), inputs.size() * sizeof(float));
    rows += text(row.name, "\t", row.quantizable, "\t", row.int8_steps, "\n");
  }
  write(text(folder, "/rows.txt"), rows.data(), rows.size());
}

}  // namespace webquant::test
