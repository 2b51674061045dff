// SPDX-License-Identifier: Apache-2.0
#include "client/event_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>

#include "client/http.hpp"
#include "core/strict_json.hpp"

namespace guardd::client {
namespace http = boost::beast::http;
using nlohmann::json;

struct EventReader::State {
  http::response_parser<http::empty_body> header;
  std::string pending;  // of the header, or of a line
  std::string name;     // of the event that is being read
  std::string data;
  std::uint64_t events = 0;

  /// Takes the header off `pending`, when it is complete.
  std::optional<Error> take_header();
  /// An event is complete with an empty line.
  std::optional<Error> take_line(std::string_view line, std::vector<json>& permits);
};

namespace {

Error malformed(std::string why) { return {"malformed", std::move(why)}; }

/// What follows "FIELD:", and one space; none where it is another field.
std::optional<std::string_view> field(std::string_view line, std::string_view name) {
  if (!line.starts_with(name)) return std::nullopt;
  line.remove_prefix(name.size());
  if (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

std::optional<Error> add_permits(const std::string& name, const std::string& data, std::vector<json>& permits) {
  const char* const key = name == "permits" ? "permits" : name == "permit" ? "permit" : nullptr;
  if (key == nullptr || data.empty()) return std::nullopt;
  Result<json> document = parse_json(data, {.bytes = max_event_bytes, .depth = 16, .values = 16'384});
  if (!document) return malformed("an event can't be understood: " + document.error().message);
  if (!document->is_object() || !document->contains(key)) return malformed("an event has no permit");
  json& member = (*document)[key];
  if (!member.is_array()) member = json::array({member});
  for (json& permit : member) {
    if (!permit.is_object()) return malformed("an event's permit is none");
    permits.push_back(std::move(permit));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> EventReader::State::take_header() {
  boost::system::error_code error;
  pending.erase(0, header.put(boost::asio::buffer(pending), error));
  if (error == http::error::need_more) return std::nullopt;
  if (error) return malformed("no proper HTTP answer: " + error.message());
  if (!header.is_header_done()) return std::nullopt;
  if (header.get().result_int() != 200) return malformed("HTTP " + std::to_string(header.get().result_int()));
  if (header.chunked() || header.content_length()) return malformed("an answer that is no stream of events");
  return std::nullopt;
}

std::optional<Error> EventReader::State::take_line(std::string_view line, std::vector<json>& permits) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) {
    std::optional<Error> error = add_permits(name, data, permits);
    if (!data.empty()) ++events;
    name.clear();
    data.clear();
    return error;
  }
  if (const auto value = field(line, "event:")) name = *value;
  if (const auto value = field(line, "data:")) data.append(*value).append("\n");
  if (data.size() > max_event_bytes) return malformed("an event is too long");
  return std::nullopt;
}

EventReader::EventReader() : state_(std::make_unique<State>()) { state_->header.header_limit(max_header_bytes); }
EventReader::~EventReader() = default;
EventReader::EventReader(EventReader&&) noexcept = default;
EventReader& EventReader::operator=(EventReader&&) noexcept = default;

std::uint64_t EventReader::count() const { return state_->events; }

Result<std::vector<json>> EventReader::feed(std::string_view bytes) {
  std::string& pending = state_->pending;
  pending.append(bytes);
  std::vector<json> permits;
  if (!state_->header.is_header_done()) {
    if (auto error = state_->take_header()) return *error;
    if (!state_->header.is_header_done()) return permits;
  }
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = pending.find('\n', begin)) != std::string::npos; begin = end + 1) {
    if (auto error = state_->take_line(std::string_view(pending).substr(begin, end - begin), permits)) return *error;
  }
  pending.erase(0, begin);
  if (pending.size() > max_event_bytes) return malformed("a line is too long");
  return permits;
}

}  // namespace guardd::client
