// Writes networks into a folder: bench and small have random weights, hostile is made of a trained model.
//
//     write_networks bench FOLDER          what `npm run bench` times, in full size; time does not depend on what a
//                                          network has learned
//     write_networks small FOLDER          all architectures, small enough to test what they compute
//     write_networks hostile MODEL FOLDER  the model with RELU for RELU6 (unclamped), and the same function with
//                                          channels that one scale a tensor cannot hold (hostile)
//     write_networks seeds FOLDER          small files of custom operators, which fuzzing starts from
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "architectures.h"
#include "hostile.h"
#include "model/load.h"
#include "model/save.h"
#include "seeds.h"

using namespace webquant::networks;

namespace {

int write(const std::string& path, const std::vector<uint8_t>& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
  std::printf("%s: %zu bytes\n", path.c_str(), bytes.size());
  return file.good() ? 0 : 1;
}

int usage() {
  std::fprintf(stderr, "usage: write_networks bench|small|seeds FOLDER, or write_networks hostile MODEL FOLDER\n");
  return 2;
}

std::vector<uint8_t> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) webquant::fail(webquant::ErrorCode::kInvalidInput, path, "cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

int run(int argc, char** argv) {
  const std::string which = argc > 2 ? argv[1] : "", folder = argv[argc - 1];
  const auto path = [&](const std::string& name) { return folder + "/" + name + ".tflite"; };
  if (which == "hostile" && argc == 4) {
    const auto unclamped = webquant::save(without_relu6(webquant::load(read(argv[2]))));
    return write(path("unclamped"), unclamped) +
           write(path("hostile"), webquant::save(hostile_to_int8(webquant::load(unclamped))));
  }
  if (argc != 3) return usage();
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
  if (which == "seeds") {
    int failures = 0;
    for (const auto& [name, bytes] : custom_operators()) failures += write(path(name), bytes);
    return failures;
  }
  return usage();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const webquant::Error& error) {
    std::fprintf(stderr, "%s: %s\n", error.where.c_str(), error.message.c_str());
    return 1;
  }
}
