// Writes networks with random weights into a folder. Usage: write_networks bench|small FOLDER
//
// bench: what `npm run bench` times, in full size; time does not depend on what a network has learned.
// small: all architectures, small enough to test what they compute.
#include <cstdio>
#include <fstream>
#include <string>

#include "architectures.h"

using namespace webquant::networks;

namespace {

int write(const std::string& path, const std::vector<uint8_t>& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
  std::printf("%s: %zu bytes\n", path.c_str(), bytes.size());
  return file.good() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string which = argc == 3 ? argv[1] : "";
  const auto path = [&](const std::string& name) { return std::string(argv[2]) + "/" + name + ".tflite"; };
  if (which == "bench") {
    return write(path("mobilenet_v1_224"), mobilenet_v1(224, 1, 1001)) +
           write(path("mobilenet_v2_224"), mobilenet_v2(224, 1, 1001));
  }
  if (which == "small") {
    return write(path("mobilenet_v1"), mobilenet_v1(96, 0.25, 100)) +
           write(path("mobilenet_v2"), mobilenet_v2(96, 0.35, 100)) +
           write(path("mobilenet_v3_small"), mobilenet_v3_small(96, 100)) +
           write(path("efficientnet_lite0"), efficientnet_lite0(96, 100)) +
           write(path("squeezenet"), squeezenet(96, 100)) + write(path("resnet_18"), resnet_18(64, 0.5, 100)) +
           write(path("u_net"), u_net(64, 8)) + write(path("yolo_head"), yolo_head(96, 4)) +
           write(path("ds_cnn"), ds_cnn(12));
  }
  std::fprintf(stderr, "usage: write_networks bench|small FOLDER\n");
  return 2;
}
