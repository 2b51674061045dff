// SPDX-License-Identifier: Apache-2.0
#include "core/strict_json.hpp"

#include <optional>
#include <utility>

#include "core/text.hpp"

namespace guardd {
namespace {

using nlohmann::json;

/// Builds the document while it counts. nlohmann's own builder keeps the last of two equal keys and knows no bounds.
/// sax_parse of JSON text does not recurse, so the depth bound is about whoever walks the document later.
class Builder : public nlohmann::json_sax<json> {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  [[nodiscard]] Error error() const { return error_.value_or(Error{"bad_json", "byte 0: not parsed"}); }
  json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    // The lexer turns integers beyond 64 bits into doubles: another number than the one that was written.
    if (text.find_first_of(".eE") == std::string::npos) return stop("bad_json", "the number does not fit in 64 bits");
    return add(value);
  }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return stop("bad_json", "binary value"); }
  bool start_object(std::size_t) override { return enter(json::object()); }
  bool start_array(std::size_t) override { return enter(json::array()); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }

  bool key(string_t& name) override {
    if (!count()) return false;
    if (open_.back()->contains(name)) {
      error_ = Error{"bad_json", at_pointer(pointer_to(here(), name), "duplicate key")};
      return false;
    }
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string& token, const nlohmann::detail::exception& error) override {
    constexpr int out_of_range = 406;  // nlohmann/json, json.exception.out_of_range.406
    const std::string what = error.id == out_of_range ? "the number is too large" : "not JSON";
    error_ =
        Error{"bad_json", "byte " + std::to_string(position) + ": " + what + ", at '" + printable(token, 64) + "'"};
    return false;
  }

 private:
  /// Where the next value goes: the pointer of the innermost open container.
  [[nodiscard]] std::string here() const {
    std::string pointer;
    for (const std::string& token : tokens_) pointer += token;
    return pointer;
  }
  [[nodiscard]] std::string token() const {
    if (open_.empty()) return "";
    return open_.back()->is_array() ? pointer_to("", open_.back()->size()) : pointer_to("", key_);
  }
  bool stop(const char* code, const std::string& what) {
    error_ = Error{code, at_pointer(here() + token(), what)};
    return false;
  }
  bool count() {
    if (++values_ <= limits_.values) return true;
    return stop("too_large", "more than " + std::to_string(limits_.values) + " values");
  }
  json* place(json value) {
    if (open_.empty()) return &(root_ = std::move(value));
    if (open_.back()->is_array()) return &open_.back()->emplace_back(std::move(value));
    return &((*open_.back())[key_] = std::move(value));
  }
  bool add(json value) {
    if (!count()) return false;
    place(std::move(value));
    return true;
  }
  bool enter(json container) {
    if (!count()) return false;
    if (open_.size() == limits_.depth) return stop("too_large", "deeper than " + std::to_string(limits_.depth));
    tokens_.push_back(token());
    open_.push_back(place(std::move(container)));
    return true;
  }
  bool leave() {
    open_.pop_back();
    tokens_.pop_back();
    return true;
  }

  const JsonLimits& limits_;
  json root_;
  std::vector<json*> open_;  ///< stays valid: a container grows only while it is the innermost
  std::vector<std::string> tokens_;
  std::string key_;
  std::size_t values_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return Error{"too_large",
                 "byte " + std::to_string(limits.bytes) + ": more than " + std::to_string(limits.bytes) + " bytes"};
  }
  // nlohmann's lexer takes a NUL for the end of the input and would not see what follows it.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    return Error{"bad_json", "byte " + std::to_string(nul) + ": not JSON, at NUL"};
  }
  Builder builder(limits);
  if (!json::sax_parse(text.begin(), text.end(), &builder)) return builder.error();
  return builder.take();
}

std::string to_text(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

std::string pointer_to(std::string_view pointer, std::string_view key) {
  std::string result(pointer);
  result += '/';
  for (const char c : printable(key, 128)) {
    if (c == '~') {
      result += "~0";
    } else if (c == '/') {
      result += "~1";
    } else {
      result += c;
    }
  }
  return result;
}

std::string pointer_to(std::string_view pointer, std::size_t index) {
  return std::string(pointer) + "/" + std::to_string(index);
}

std::string at_pointer(std::string_view pointer, std::string_view what) {
  return (pointer.empty() ? "/" : std::string(pointer)) + ": " + std::string(what);
}

ObjectReader::ObjectReader(const json& object, std::string pointer) : object_(object), pointer_(std::move(pointer)) {
  if (!object_.is_object()) fail(pointer_, std::string("expected an object, found ") + object_.type_name());
}

const json* ObjectReader::find(const std::string& key) {
  known_.insert(key);
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(key);
  return found == object_.end() ? nullptr : &*found;
}

std::string ObjectReader::text(const std::string& key, bool required) {
  const json* value = find(key);
  if (value != nullptr) return checked_text(*value, at(key));
  if (required) fail(at(key), "missing, expected a string");
  return "";
}

std::vector<std::string> ObjectReader::texts(const std::string& key) {
  const json* value = find(key);
  if (value == nullptr) return {};
  if (!value->is_array()) {
    fail(at(key), std::string("expected an array of strings, found ") + value->type_name());
    return {};
  }
  std::vector<std::string> result;
  for (const json& element : *value) result.push_back(checked_text(element, pointer_to(at(key), result.size())));
  return result;
}

std::string ObjectReader::checked_text(const json& value, const std::string& pointer) {
  if (!value.is_string()) {
    fail(pointer, std::string("expected a string, found ") + value.type_name());
    return "";
  }
  std::string text = value.get<std::string>();
  if (text.empty()) fail(pointer, "empty string");
  if (text.size() > max_text) fail(pointer, "longer than " + std::to_string(max_text) + " bytes");
  if (text.find('\0') != std::string::npos) fail(pointer, "NUL in a string");
  return text;
}

std::int64_t ObjectReader::integer(const std::string& key, std::int64_t low, std::int64_t high,
                                   std::int64_t otherwise) {
  const json* value = find(key);
  if (value == nullptr) return otherwise;
  const std::string expected = "expected an integer from " + std::to_string(low) + " to " + std::to_string(high);
  if (!value->is_number_integer()) {
    fail(at(key), expected + ", found " + value->type_name());
    return otherwise;
  }
  const bool beyond = value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX;
  const std::int64_t number = beyond ? 0 : value->get<std::int64_t>();
  if (beyond || number < low || number > high) {
    fail(at(key), expected);
    return otherwise;
  }
  return number;
}

bool ObjectReader::boolean(const std::string& key, bool otherwise) {
  const json* value = find(key);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  fail(at(key), std::string("expected true or false, found ") + value->type_name());
  return otherwise;
}

void ObjectReader::fail(const std::string& pointer, const std::string& what) {
  if (error_.empty()) error_ = at_pointer(pointer, what);
}

std::string ObjectReader::finish() {
  if (!object_.is_object()) return error_;
  for (const auto& [key, value] : object_.items()) {
    if (known_.contains(key)) continue;
    std::string names;
    for (const std::string& name : known_) names += (names.empty() ? "" : ", ") + name;
    fail(at(key), "unknown key, known are: " + names);
  }
  return error_;
}

}  // namespace guardd
