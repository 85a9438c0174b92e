// Small models that several suites share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/model.h"
#include "support/random.h"

namespace webquant::test {

/// A classifier of [1, 8, 8, 3] images with a bit of everything: CONV_2D, DEPTHWISE_CONV_2D, a
/// residual ADD, CONCATENATION of a LOGISTIC branch, MEAN, FULLY_CONNECTED, SOFTMAX; with a
/// signature and one metadata entry. The batch is a dynamic dimension.
Model small_classifier(Random& random);

/// One FULLY_CONNECTED of 4 inputs and 3 outputs with RELU: a file of about 1 KB.
Model tiny_model();

/// Calls visit(bytes) for every prefix of the file, and for every byte set to each of several other
/// values. `stride` > 1 takes only every so many positions.
void for_each_damaged(const std::vector<uint8_t>& file, size_t stride, auto&& visit) {
  for (size_t length = 0; length < file.size(); length += stride) {
    visit(std::vector<uint8_t>(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length)));
  }
  for (size_t i = 0; i < file.size(); i += stride) {
    const uint8_t original = file[i];
    for (const int value : {0, 1, 2, 0x7f, 0x80, 0xff, original + 1, original - 1, original ^ 0x10}) {
      if (static_cast<uint8_t>(value) == original) continue;
      std::vector<uint8_t> damaged = file;
      damaged[i] = static_cast<uint8_t>(value);
      visit(damaged);
    }
  }
}

}  // namespace webquant::test
