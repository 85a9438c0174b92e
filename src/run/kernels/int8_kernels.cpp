#include "run/kernels/int8_kernels.h"

#include <string_view>

#include "run/kernels/int8_dynamic.h"
#include "run/kernels/int8_static.h"

namespace webquant {

// These kernels know how XNNPACK packs weights, how it calls kernels, and what its private structures are. Another
// revision has to be read first.
static_assert(std::string_view(WEBQUANT_XNNPACK_REVISION) == "4ea82e5");

void install_int8_kernels() {
  [[maybe_unused]] static const bool installed = [] {
    install_static_int8_kernels();
    install_dynamic_int8_kernels();
    return true;
  }();
}

}  // namespace webquant
