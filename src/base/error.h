// The one error type of the core, and the helpers that raise it.
#pragma once

#include <charconv>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace webquant {

enum class ErrorCode {
  kInvalidModel,  // the file is damaged or contradicts itself
  kUnsupported,   // the file is valid, but holds something that cannot run here
  kInvalidInput,  // an argument is of the wrong kind, length or value
  kMissingStats,  // static quantization lacks the range of a tensor
  kOutOfMemory,
  kInternal,
};

/// The spelling that users see ("invalid-model", ...).
constexpr std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidModel:
      return "invalid-model";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kInvalidInput:
      return "invalid-input";
    case ErrorCode::kMissingStats:
      return "missing-stats";
    case ErrorCode::kOutOfMemory:
      return "out-of-memory";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

/// A failure as the user is told of it. `where` names the node or argument (`CONV_2D #3 "features/conv1"`,
/// `options.mode`); `message` gives the offending values and what would be accepted.
struct Error : std::exception {
  Error(ErrorCode code, std::string where, std::string message)
      : code(code), where(std::move(where)), message(std::move(message)) {}
  const char* what() const noexcept override { return message.c_str(); }

  ErrorCode code;
  std::string where;
  std::string message;
};

namespace internal {
inline void append(std::string& out, std::string_view part) { out.append(part); }
template <class Number>
  requires std::is_arithmetic_v<Number>
void append(std::string& out, Number value) {
  if constexpr (std::is_floating_point_v<Number>) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
    out.append(buffer, end);
  } else {
    out += std::to_string(value);
  }
}
}  // namespace internal

/// Joins strings and numbers: text("expected ", 4, " dimensions").
template <class... Parts>
std::string text(const Parts&... parts) {
  std::string out;
  (internal::append(out, parts), ...);
  return out;
}

[[noreturn]] inline void fail(ErrorCode code, std::string where, std::string message) {
  throw Error(code, std::move(where), std::move(message));
}

}  // namespace webquant
