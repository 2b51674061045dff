// SPDX-License-Identifier: Apache-2.0
#include "client/fetch.hpp"

#include "client/members.hpp"
#include "client/trust.hpp"
#include "core/strict_json.hpp"
#include "core/wire.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

Fetched failure(int status, const std::string& code, const std::string& message, const std::string& remedy) {
  return {status, {{"error", {{"code", code}, {"message", message}, {"remedy", remedy}}}}};
}

}  // namespace

Fetched fetch_document(Session& session, const Arguments& arguments, const LocalHost& local, std::string_view path) {
  const Result<HttpResponse> answer = session.ask(path);
  if (!answer) {
    return failure(exit_status::unknown, answer.error().code, "guardd " + answer.error().message,
                   "See `systemctl status guardd`; until it answers, treat this host as not safe to reinstall or wipe");
  }
  if (answer->status != 200) {
    const bool denied = answer->status == 403;
    const std::string said = error_message(answer->body);
    return failure(denied ? exit_status::not_permitted : exit_status::unknown,
                   denied ? "daemon.denied" : "daemon.unreachable",
                   (denied ? "guardd does not answer this to this caller: " : "guardd did not answer: ") + said +
                       " (HTTP " + std::to_string(answer->status) + ")",
                   denied ? "Ask as root or as a member of the operators' group" : "See `journalctl -u guardd`");
  }

  const std::string untrusted_remedy = "Find out what listens at " + arguments.socket + ": no answer of it counts";
  Result<json> document = parse_json(answer->body, answer_limits);
  if (!document || !document->is_object()) {
    return failure(exit_status::unknown, "daemon.untrusted",
                   "the answer of guardd can't be understood: " +
                       (document ? std::string("it is no object") : document.error().message),
                   untrusted_remedy);
  }
  if (document->contains("instance") || document->contains("host")) {
    const json& host = shown_object(*document, "host");
    const json boot_id = host.contains("boot_id") ? host["boot_id"] : json();
    const json instance = document->contains("instance") ? (*document)["instance"] : json();
    if (const std::string why = distrust(instance, boot_id, arguments.socket_given, local); !why.empty()) {
      return failure(exit_status::unknown, "daemon.untrusted",
                     "the answer of guardd at " + arguments.socket + " " + why, untrusted_remedy);
    }
  }
  return {0, std::move(document).value()};
}

std::string render_failure(const json& document, const Style& style) {
  const json& error = shown_object(document, "error");
  return style.yellow("UNKNOWN") + ": " + shown_text(error, "message") +
         style.faint(" [" + shown_text(error, "code") + "]") + "\n  -> " + shown_text(error, "remedy") + "\n";
}

std::string on_screen(std::string_view text) {
  constexpr std::string_view home = "\033[H";
  constexpr std::string_view erase_line_end = "\033[K";
  constexpr std::string_view erase_below = "\033[J";
  std::string out(home);
  for (const char c : text) {
    if (c == '\n') out += erase_line_end;
    out += c;
  }
  return out + std::string(erase_below);
}

}  // namespace guardd::client
