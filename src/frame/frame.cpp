#include "frame/frame.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "base/quant_math.h"
#include "frame/resample.h"

namespace webquant {
namespace {

struct Window {
  size_t x, y, width, height;
};

[[noreturn]] void refuse(const char* where, std::string message) {
  fail(ErrorCode::kInvalidInput, where, std::move(message));
}

size_t result_channels(const FrameSpec& spec) { return spec.channels == Channels::kGray ? 1 : 3; }

void check_frame(const Frame& frame) {
  if (frame.width <= 0 || frame.height <= 0) {
    refuse("frame", text("a frame of ", frame.width, " x ", frame.height, " pixels; both must be positive"));
  }
  if (frame.channels != 1 && frame.channels != 3 && frame.channels != 4) {
    refuse("frame", text(frame.channels, " channels; 1 (gray), 3 (RGB) or 4 (RGBA) are accepted"));
  }
  // Below 2^64 whatever the sizes.
  const uint64_t expected =
      static_cast<uint64_t>(frame.width) * static_cast<uint64_t>(frame.height) * static_cast<uint64_t>(frame.channels);
  if (frame.data.size() != expected) {
    refuse("frame", text(frame.data.size(), " bytes of data; ", frame.width, " x ", frame.height, " pixels with ",
                         frame.channels, " channels take ", expected));
  }
}

void check_normalization(const FrameSpec& spec) {
  for (size_t c = 0; c < result_channels(spec); ++c) {
    if (!std::isfinite(spec.mean[c]))
      refuse("options.mean", text("mean of channel ", c, " is ", spec.mean[c], "; it must be finite"));
    if (!std::isfinite(spec.std[c]) || spec.std[c] == 0) {
      refuse("options.std", text("std of channel ", c, " is ", spec.std[c], "; it must be finite and not 0"));
    }
  }
}

Window crop_window(const Frame& frame, const FrameSpec& spec) {
  const auto width = static_cast<uint64_t>(frame.width), height = static_cast<uint64_t>(frame.height);
  uint64_t cut_width = width, cut_height = height;
  if (spec.center_crop) {
    const auto to_width = static_cast<uint64_t>(spec.width), to_height = static_cast<uint64_t>(spec.height);
    const auto rounded_ratio = [](uint64_t a, uint64_t b, uint64_t divisor) {
      return std::max<uint64_t>((2 * a * b + divisor) / (2 * divisor), 1);
    };
    if (width * to_height > height * to_width) {
      cut_width = rounded_ratio(height, to_width, to_height);
    } else {
      cut_height = rounded_ratio(width, to_height, to_width);
    }
  }
  return {.x = static_cast<size_t>((width - cut_width) / 2),
          .y = static_cast<size_t>((height - cut_height) / 2),
          .width = static_cast<size_t>(cut_width),
          .height = static_cast<size_t>(cut_height)};
}

// Normalises a row of four-channel pixels and packs it as the result's one or three channels.
class RowPacker {
 public:
  RowPacker(const Frame& frame, const FrameSpec& spec)
      : channels_(spec.channels),
        gray_source_(frame.channels == 1),
        mean_{spec.mean[0], spec.mean[1], spec.mean[2], 0},
        std_{spec.std[0], spec.std[1], spec.std[2], 1} {}

  void pack(std::span<float> pixels, float* out) const {
    switch (channels_) {
      case Channels::kRgb:
        return pack_color<0, 1, 2>(pixels, out);
      case Channels::kBgr:
        return pack_color<2, 1, 0>(pixels, out);
      case Channels::kGray:
        return gray_source_ ? pack_gray(pixels, out, 1, 0, 0) : pack_gray(pixels, out, 0.299f, 0.587f, 0.114f);
    }
  }

 private:
  // Divides rather than multiplies by the inverse, so that the result is exactly what the formula says.
  template <size_t first, size_t second, size_t third>
  void pack_color(std::span<float> pixels, float* out) const {
    for (size_t i = 0; i < pixels.size(); i += 4, out += 3) {
      const float ordered[4] = {pixels[i + first], pixels[i + second], pixels[i + third], 0};
      float normal[4];
      for (size_t c = 0; c < 4; ++c) normal[c] = (ordered[c] - mean_[c]) / std_[c];
      std::copy_n(normal, 3, out);
    }
  }

  void pack_gray(std::span<float> pixels, float* out, float red, float green, float blue) const {
    for (size_t i = 0; i < pixels.size(); i += 4) {
      const float gray = red * pixels[i] + green * pixels[i + 1] + blue * pixels[i + 2];
      *out++ = (gray - mean_[0]) / std_[0];
    }
  }

  Channels channels_;
  bool gray_source_;
  float mean_[4], std_[4];
};

template <class T>
void convert(const Frame& frame, const FrameSpec& spec, std::span<T> out) {
  check_frame(frame);
  check_normalization(spec);
  if (const size_t size = tensor_size(spec); out.size() != size) {
    refuse("out", text("room for ", out.size(), " elements; the result has ", size));
  }
  const auto width = static_cast<size_t>(spec.width), height = static_cast<size_t>(spec.height);
  const auto channels = static_cast<size_t>(frame.channels), stride = static_cast<size_t>(frame.width) * channels;
  const Window window = crop_window(frame, spec);
  const auto make_axis = spec.bilinear ? bilinear_axis : nearest_axis;
  const ResampleAxis columns = make_axis(window.width, width), rows = make_axis(window.height, height);
  const RowPacker packer(frame, spec);

  const uint8_t* corner = frame.data.data() + window.y * stride + window.x * channels;
  std::vector<float> blended(window.width * channels + 1);  // one more, see blend_pixels
  std::vector<float> pixels(width * 4);
  const size_t row_size = width * result_channels(spec);
  std::vector<float> packed(std::is_same_v<T, float> ? 0 : row_size);
  for (size_t y = 0; y < height; ++y) {
    blend_rows(corner + rows.first[y] * stride, stride, rows.weights_of(y),
               std::span(blended).first(window.width * channels));
    blend_pixels(blended.data(), channels, columns, pixels);
    const auto target = out.subspan(y * row_size, row_size);
    if constexpr (std::is_same_v<T, float>) {
      packer.pack(pixels, target.data());
    } else {
      packer.pack(pixels, packed.data());
      quantize_values(packed, {.scale = 1, .zero_point = 0}, target);
    }
  }
}

}  // namespace

size_t tensor_size(const FrameSpec& spec) {
  if (spec.width <= 0) refuse("options.width", text("a width of ", spec.width, "; it must be positive"));
  if (spec.height <= 0) refuse("options.height", text("a height of ", spec.height, "; it must be positive"));
  const uint64_t size = static_cast<uint64_t>(spec.width) * static_cast<uint64_t>(spec.height) * result_channels(spec);
  if (size >= uint64_t{1} << 31) {
    refuse("options.width",
           text(spec.width, " x ", spec.height, " pixels make ", size, " elements; fewer than 2^31 are possible"));
  }
  return static_cast<size_t>(size);
}

void frame_to_tensor(const Frame& frame, const FrameSpec& spec, std::span<float> out) { convert(frame, spec, out); }
void frame_to_tensor(const Frame& frame, const FrameSpec& spec, std::span<uint8_t> out) { convert(frame, spec, out); }
void frame_to_tensor(const Frame& frame, const FrameSpec& spec, std::span<int8_t> out) { convert(frame, spec, out); }

}  // namespace webquant
