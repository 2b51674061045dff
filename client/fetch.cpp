// SPDX-License-Identifier: Apache-2.0
#include "client/fetch.hpp"

#include "client/members.hpp"
#include "client/output.hpp"
#include "client/trust.hpp"
#include "core/strict_json.hpp"
#include "core/wire.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

Fetched failure(int status, const std::string& code, const std::string& message, const std::string& remedy) {
  return {status, {{"error", {{"code", code}, {"message", message}, {"remedy", remedy}}}}};
}

Fetched denial(const HttpRequest& request, const HttpResponse& answer) {
  const std::string said = error_message(answer.body) + " (HTTP " + std::to_string(answer.status) + ")";
  if (answer.status == 403) {
    return failure(exit_status::not_permitted, "daemon.denied", "guardd does not answer this to this caller: " + said,
                   "Ask as root or as a member of the operators' group");
  }
  const bool nothing_there = answer.status == 404 && (request.method == "DELETE" || request.path.ends_with("/apply"));
  if (answer.status == 400 || nothing_there) {
    return failure(exit_status::usage, "usage", "guardd: " + said, "Nothing was changed. Mend the command");
  }
  if (answer.status == 409) {
    return failure(exit_status::refused, "refused", "guardd: " + said, "Nothing was changed");
  }
  return failure(exit_status::unknown, "daemon.unreachable", "guardd did not answer: " + said,
                 "See `journalctl -u guardd`");
}

}  // namespace

Fetched fetch_document(Session& session, const Arguments& arguments, const LocalHost& local,
                       const HttpRequest& request) {
  const Result<HttpResponse> answer = session.ask(request);
  if (!answer) {
    return failure(exit_status::unknown, answer.error().code, "guardd " + answer.error().message,
                   "See `systemctl status guardd`; until it answers, treat this host as not safe to reinstall or wipe");
  }
  if (answer->status != 200 && answer->status != 201) return denial(request, *answer);

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

std::string render_failure(const Fetched& fetched, const Style& style) {
  const json& error = shown_object(fetched.document, "error");
  std::string word = style.yellow("UNKNOWN");
  if (fetched.exit_status == exit_status::not_permitted) word = style.red("NOT PERMITTED");
  if (fetched.exit_status == exit_status::usage) word = style.red("WRONG");
  if (fetched.exit_status == exit_status::refused) word = style.red("REFUSED");
  return word + ": " + shown_text(error, "message") + style.faint(" [" + shown_text(error, "code") + "]") + "\n  -> " +
         shown_text(error, "remedy") + "\n";
}

int show(const Arguments& arguments, const Fetched& fetched, std::string (*render)(const json&, const Style&)) {
  const Style style{colour_wanted()};
  std::string text;
  if (arguments.json) {
    text = json_line(fetched.document);
  } else if (!arguments.quiet) {
    text = fetched.exit_status == 0 ? render(fetched.document, style) : render_failure(fetched, style);
  }
  return write_out(text) ? fetched.exit_status : exit_status::unknown;
}

}  // namespace guardd::client
