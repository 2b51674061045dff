// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/cbor.hpp"

#include <string>

namespace guardd {
namespace {

/// Walks the document and builds nothing; returning false stops the reader.
class LimitCheck : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit LimitCheck(const CborLimits& limits) : limits_(limits) {}
  [[nodiscard]] const std::string& error() const { return error_; }

  bool null() override { return count(); }
  bool boolean(bool) override { return count(); }
  bool number_integer(number_integer_t) override { return count(); }
  bool number_unsigned(number_unsigned_t) override { return count(); }
  bool number_float(number_float_t, const string_t&) override { return count(); }
  bool string(string_t&) override { return count(); }
  bool binary(binary_t&) override { return count(); }
  bool key(string_t&) override { return count(); }
  bool start_object(std::size_t) override { return enter(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    error_ = error.what();
    return false;
  }

 private:
  bool count() {
    if (++values_ > limits_.values) return stop("too many values");
    return true;
  }
  bool enter() {
    if (++depth_ > limits_.depth) return stop("too deep");
    return count();
  }
  bool leave() {
    --depth_;
    return true;
  }
  bool stop(const char* why) {
    error_ = why;
    return false;
  }

  const CborLimits& limits_;
  std::size_t depth_ = 0;
  std::size_t values_ = 0;
  std::string error_;
};

}  // namespace

Result<nlohmann::json> parse_cbor(std::span<const std::uint8_t> bytes, const CborLimits& limits) {
  if (bytes.size() > limits.bytes) return Error{"malformed", "more than " + std::to_string(limits.bytes) + " bytes"};
  LimitCheck check(limits);
  if (!nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &check, nlohmann::json::input_format_t::cbor)) {
    return Error{"malformed", check.error()};
  }
  nlohmann::json document = nlohmann::json::from_cbor(bytes.begin(), bytes.end(), true, false);
  if (document.is_discarded()) return Error{"malformed", "no CBOR document"};
  return document;
}

}  // namespace guardd
