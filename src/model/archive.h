// The ZIP archive that TensorFlow Lite's metadata tools append to a model: its associated files, mostly label lists.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace webquant {

/// The archive at the end of a file, with offsets that count from its own start. Empty where the file does not end in a
/// whole ZIP archive (one of the plain 32-bit format).
std::vector<uint8_t> find_archive(std::span<const uint8_t> file);

/// Appends such an archive to a file, with offsets that count from the file's start.
void append_archive(std::vector<uint8_t>& file, std::span<const uint8_t> archive);

}  // namespace webquant
