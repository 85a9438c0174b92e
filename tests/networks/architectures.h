// Files of the usual networks, with random weights. Inputs are [1, size, size, 3].
#pragma once

#include <cstdint>
#include <vector>

namespace webquant::networks {

/// Howard et al. 2017. `width` multiplies all channels.
std::vector<uint8_t> mobilenet_v1(int size, double width, int classes);
/// Sandler et al. 2018.
std::vector<uint8_t> mobilenet_v2(int size, double width, int classes);
/// Howard et al. 2019: squeeze-excite, hard swish.
std::vector<uint8_t> mobilenet_v3_small(int size, int classes);
/// Tan and Le 2019, in the Lite version: RELU6, no squeeze-excite.
std::vector<uint8_t> efficientnet_lite0(int size, int classes);
/// Iandola et al. 2016, version 1.1.
std::vector<uint8_t> squeezenet(int size, int classes);
/// He et al. 2015.
std::vector<uint8_t> resnet_18(int size, double width, int classes);
/// Ronneberger et al. 2015, with transposed convolutions on the way up; `channels` of the outermost level.
std::vector<uint8_t> u_net(int size, int channels);
/// Redmon and Farhadi 2018, the principle: two scales, the coarse one resized and joined with the fine one.
std::vector<uint8_t> yolo_head(int size, int classes);
/// Zhang et al. 2017: keywords from [1, 49, 10, 1] spectra.
std::vector<uint8_t> ds_cnn(int classes);

}  // namespace webquant::networks
