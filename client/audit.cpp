// SPDX-License-Identifier: Apache-2.0
#include "core/audit.hpp"
#include "client/commands.hpp"
#include "client/fetch.hpp"
#include "client/members.hpp"
#include "client/moment.hpp"
#include "client/output.hpp"
#include "client/trust.hpp"
#include "core/strict_json.hpp"
#include "core/text.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

std::string record_lines(const json& document, const Style&) {
  std::string text;
  for (const json& record : shown_array(document, "records")) {
    const auto time = shown_integer(record, "time");
    const auto seq = shown_integer(record, "seq");
    text += (time ? shown_moment(*time) : "?") + "  " + (seq ? std::to_string(*seq) : "?") + "  " +
            printable(audit_line(record)) + "\n";
  }
  return text;
}

std::string page_path(const Arguments& arguments, std::optional<std::int64_t> after) {
  std::string path = "/v1/audit?limit=" + std::to_string(after ? max_audit_page : 100);
  if (after) path += "&after=" + std::to_string(*after);
  if (arguments.since_s) path += "&since=" + std::to_string(*arguments.since_s);
  if (!arguments.operation.empty()) path += "&operation=" + arguments.operation;
  if (!arguments.verdict.empty()) path += "&verdict=" + arguments.verdict;
  return path;
}

std::string verified(const json& document, const Style& style) {
  const json& last = shown_object(document, "last");
  const auto seq = shown_integer(last, "seq");
  return style.green("WHOLE") + ": " + (seq ? std::to_string(*seq) : "?") + " records, the last with the hash " +
         shown_text(last, "hash") + "\n  Compare with the journal: " + std::string(journal_hint) + "\n";
}

std::string broken(const json& document, const Style& style) {
  return style.red("BROKEN") + ": " + shown_text(document, "problem") +
         "\n  -> Find out who could write to guardd's state directory; the journal has what it was told: " +
         std::string(journal_hint) + "\n";
}

}  // namespace

int audit_list(const Arguments& arguments) {
  const LocalHost local = read_local_host();
  Session session(arguments, local);
  std::optional<std::int64_t> after;
  if (arguments.since_s) after = 0;
  json records = json::array();
  while (true) {
    Fetched page = fetch_document(session, arguments, local, {"GET", page_path(arguments, after)});
    if (page.exit_status != 0) return show(arguments, page, record_lines);
    const json& more = shown_array(page.document, "records");
    records.insert(records.end(), more.begin(), more.end());
    const auto last = more.empty() ? std::nullopt : shown_integer(more.back(), "seq");
    if (!after || !last || *last <= *after) {
      page.document["records"] = std::move(records);
      return show(arguments, page, record_lines);
    }
    after = last;
  }
}

int audit_verify(const Arguments& arguments) {
  const LocalHost local = read_local_host();
  Session session(arguments, local);
  std::string path = "/v1/audit/verify";
  while (true) {
    const Fetched part = fetch_document(session, arguments, local, {"GET", path});
    if (part.exit_status != 0) return show(arguments, part, verified);
    if (!shown_text(part.document, "problem").empty()) {
      const int shown = show(arguments, part, broken);
      return shown == 0 ? exit_status::refused : shown;
    }
    if (part.document.value("ended", json()) == true) return show(arguments, part, verified);
    const json& last = shown_object(part.document, "last");
    path = "/v1/audit/verify?after=" + std::to_string(shown_integer(last, "seq").value_or(0)) +
           "&hash=" + shown_text(last, "hash");
  }
}

int audit_adopt(const Arguments& arguments) {
  const LocalHost local = read_local_host();
  Session session(arguments, local);
  const HttpRequest request{"POST", "/v1/audit/adopt", to_text({{"reason", arguments.reason}})};
  return show(arguments, fetch_document(session, arguments, local, request),
              [](const json&, const Style&) { return std::string("adopted: from now on this is the ledger\n"); });
}

}  // namespace guardd::client
