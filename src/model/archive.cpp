#include "model/archive.h"

#include <algorithm>
#include <optional>

namespace webquant {
namespace {

// Records of the ZIP format (PKWARE, APPNOTE.TXT 4.3): signature, fixed length, and where the fields lie that matter.
constexpr uint32_t kLocalHeader = 0x04034b50, kDirectoryEntry = 0x02014b50, kEnd = 0x06054b50;
constexpr size_t kEndBytes = 22, kEntryBytes = 46, kLongestComment = 0xffff;
constexpr size_t kEndEntries = 10, kEndDirectoryBytes = 12, kEndDirectoryOffset = 16, kEndComment = 20;
constexpr size_t kEntryNameBytes = 28, kEntryExtraBytes = 30, kEntryCommentBytes = 32, kEntryLocalOffset = 42;

size_t read16(std::span<const uint8_t> bytes, size_t at) { return bytes[at] | bytes[at + 1] << 8; }
uint32_t read32(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<uint32_t>(read16(bytes, at) | read16(bytes, at + 2) << 16);
}
void write32(std::span<uint8_t> bytes, size_t at, size_t value) {
  for (size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<uint8_t>(value >> 8 * i);
}

std::optional<size_t> find_end(std::span<const uint8_t> file) {
  if (file.size() < kEndBytes) return {};
  const size_t last = file.size() - kEndBytes, first = last - std::min(last, kLongestComment);
  for (size_t at = last + 1; at-- > first;) {
    if (read32(file, at) == kEnd && read16(file, at + kEndComment) == last - at) return at;
  }
  return {};
}

// Visits the place of the local offset in each directory entry. False where the directory is not whole.
bool for_each_entry(std::span<const uint8_t> file, size_t end, auto&& visit) {
  const size_t directory_bytes = read32(file, end + kEndDirectoryBytes);
  if (directory_bytes > end) return false;
  size_t at = end - directory_bytes;
  for (size_t i = 0; i < read16(file, end + kEndEntries); ++i) {
    if (end - at < kEntryBytes || read32(file, at) != kDirectoryEntry) return false;
    const size_t length = kEntryBytes + read16(file, at + kEntryNameBytes) + read16(file, at + kEntryExtraBytes) +
                          read16(file, at + kEntryCommentBytes);
    if (length > end - at || !visit(at + kEntryLocalOffset)) return false;
    at += length;
  }
  return at == end;
}

// Adds `distance`, modulo 2^32, to every offset.
void move_offsets(std::span<uint8_t> file, size_t end, size_t distance) {
  write32(file, end + kEndDirectoryOffset, read32(file, end + kEndDirectoryOffset) + distance);
  for_each_entry(file, end, [&](size_t place) {
    write32(file, place, read32(file, place) + distance);
    return true;
  });
}

}  // namespace

std::vector<uint8_t> find_archive(std::span<const uint8_t> file) {
  const auto end = find_end(file);
  if (!end) return {};
  const size_t directory = *end - std::min<size_t>(*end, read32(file, *end + kEndDirectoryBytes));
  // Some tools count from the archive's start, others from the file's; the directory's true place tells.
  const size_t shift = directory - read32(file, *end + kEndDirectoryOffset);
  size_t start = directory;
  const bool whole = for_each_entry(file, *end, [&](size_t place) {
    const size_t local = read32(file, place) + shift;
    if (local + 4 > directory || local > directory || read32(file, local) != kLocalHeader) return false;
    start = std::min(start, local);
    return true;
  });
  if (!whole || start == directory) return {};
  std::vector<uint8_t> archive(file.begin() + static_cast<std::ptrdiff_t>(start), file.end());
  move_offsets(archive, *end - start, shift - start);
  return archive;
}

void append_archive(std::vector<uint8_t>& file, std::span<const uint8_t> archive) {
  const auto end = find_end(archive);
  if (!end) return;
  const size_t start = file.size();
  file.insert(file.end(), archive.begin(), archive.end());
  move_offsets(file, start + *end, start);
}

}  // namespace webquant
