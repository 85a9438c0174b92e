// The arithmetic of quantization: real = scale * (quantized - zero_point).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace webquant {

struct QuantParams {
  float scale = 1.0f;
  int32_t zero_point = 0;
  bool operator==(const QuantParams&) const = default;
};

/// Parameters of an int8 activation whose real values lie in [min, max].
/// The range is widened to hold 0, so that 0 is exactly representable; a range of zero width gives scale 1.
/// Asymmetric: all of [-128, 127] covers [min, max]. Symmetric: zero point 0 and [-127, 127] covers the larger
/// magnitude. The zero point is rounded half away from zero. `min` and `max` must be finite.
QuantParams activation_params(float min, float max, bool symmetric);

/// Scale of symmetric int8 weights in [-127, 127]: max|w| / 127, or 0 when all are 0.
float weight_scale(float max_abs);

/// round(value / scale) + zero_point, half away from zero (as TFLite does), saturated to [low, high].
int32_t quantize_value(float value, QuantParams params, int32_t low, int32_t high);

/// Element-wise quantization to int8 or uint8; NaN becomes the zero point.
void quantize_values(std::span<const float> values, QuantParams params, std::span<int8_t> out);
void quantize_values(std::span<const float> values, QuantParams params, std::span<uint8_t> out);

/// scale * (value - zero_point) for each element.
void dequantize_values(std::span<const int8_t> values, QuantParams params, std::span<float> out);
void dequantize_values(std::span<const uint8_t> values, QuantParams params, std::span<float> out);

/// The nearest float; an infinity beyond the largest one, where a conversion alone is undefined. NaN stays NaN.
float narrowed(double value);

/// IEEE binary16, rounded half to even; finite values beyond +-65504 are clamped to it, NaN stays NaN.
uint16_t float_to_half(float value);
float half_to_float(uint16_t bits);

/// A tensor seen as `outer` x `channels` x `inner`, as it lies in memory.
struct ChannelView {
  size_t outer, channels, inner;
};
ChannelView channel_view(std::span<const int32_t> shape, size_t axis);

/// max|w| of each channel.
std::vector<float> channel_max_abs(std::span<const float> weights, const ChannelView& view);

/// Symmetric quantization with one scale a channel (zero point 0): round(w / scale), half away from zero, saturated to
/// [-127, 127]. Where the scale is the channel's own, max|w| / 127, this is computed as w * (127 / max|w|), as Google's
/// converter does: the two differ at ties, and the weights are to be the same, bit by bit.
std::vector<int8_t> quantize_channels(std::span<const float> weights, const ChannelView& view,
                                      std::span<const float> scales);

/// The inverse. `scales` has one entry, or one a channel.
std::vector<float> dequantize_channels(std::span<const int8_t> weights, const ChannelView& view,
                                       std::span<const float> scales);

}  // namespace webquant
