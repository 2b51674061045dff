// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/query.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/src.hpp>  // header-only: this is the one file that uses it
#include <charconv>

namespace guardd {
namespace {

Error bad_request(std::string message) { return {"bad_request", std::move(message)}; }

}  // namespace

Result<RequestTarget> parse_request_target(std::string_view target) {
  const auto url = boost::urls::parse_origin_form({target.data(), target.size()});
  if (!url) return bad_request("the request's target is no path: " + url.error().message());
  RequestTarget parsed;
  parsed.path = std::string(url->encoded_path().data(), url->encoded_path().size());
  for (const auto parameter : url->params()) {
    const std::string value(parameter.value);
    if (value.find('\0') != std::string::npos) return bad_request("a parameter has a NUL in it");
    if (!parsed.parameters.emplace(std::string(parameter.key), value).second) {
      return bad_request("a parameter is given twice");
    }
  }
  return parsed;
}

std::optional<std::string> ParameterReader::text(const std::string& name) {
  const auto found = left_.find(name);
  if (found == left_.end()) return std::nullopt;
  std::string value = std::move(found->second);
  left_.erase(found);
  return value;
}

std::optional<std::int64_t> ParameterReader::number(const std::string& name, std::int64_t low, std::int64_t high) {
  const std::optional<std::string> value = text(name);
  if (!value) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(value->data(), value->data() + value->size(), number);
  const bool whole = failed == std::errc{} && end == value->data() + value->size();
  if (!whole || number < low || number > high) {
    error_ = name + ": expected a number from " + std::to_string(low) + " to " + std::to_string(high);
    return std::nullopt;
  }
  return number;
}

std::string ParameterReader::finish() const {
  if (!error_.empty()) return error_;
  return left_.empty() ? "" : "there is no parameter of one of these names";
}

}  // namespace guardd
