// SPDX-License-Identifier: Apache-2.0
#include "client/commands.hpp"
#include "client/fetch.hpp"
#include "client/output.hpp"
#include "client/render.hpp"
#include "client/trust.hpp"

namespace guardd::client {
namespace {

constexpr std::chrono::seconds watch_pause{2};

/// The document without what differs in every look, to see whether anything happened.
nlohmann::json without_times(nlohmann::json document) {
  document.erase("snapshot");
  for (const auto& [list, member] : {std::pair{"inspectors", "duration_us"}, std::pair{"verdicts", "snapshot"}}) {
    const auto found = document.find(list);
    if (found == document.end() || !found->is_array()) continue;
    for (auto& item : *found) {
      if (item.is_object()) item.erase(member);
    }
  }
  return document;
}

std::string text_of(const Fetched& fetched, const Arguments& arguments, const Style& style) {
  if (arguments.json) return json_line(fetched.document);
  if (arguments.quiet) return "";
  return fetched.exit_status == 0 ? render_status(fetched.document, style) : render_failure(fetched, style);
}

int watch(const Arguments& arguments, const LocalHost& local, Session& session, const Style& style) {
  const bool redraw = is_terminal() && !arguments.json;
  nlohmann::json last;
  for (;;) {
    const Fetched fetched = fetch_document(session, arguments, local, {"GET", "/v1/status"});
    if (fetched.exit_status == exit_status::not_permitted) {
      return write_out(text_of(fetched, arguments, style)) ? fetched.exit_status : exit_status::unknown;
    }
    nlohmann::json now = without_times(fetched.document);
    const bool changed = now != last;
    last = std::move(now);

    std::string text = text_of(fetched, arguments, style);
    if (redraw) {
      // Cursor home, the new lines over the old ones, and only then what is left of the old: no blank moment in
      // between.
      text = on_screen(text);
    } else if (!changed && !arguments.json) {
      text.clear();
    } else if (!arguments.json) {
      text += "\n";
    }
    if (!write_out(text)) return exit_status::unknown;
    pause_for(watch_pause);
  }
}

}  // namespace

int status(const Arguments& arguments) {
  const LocalHost local = read_local_host();
  Session session(arguments, local);
  if (arguments.watch) return watch(arguments, local, session, Style{colour_wanted()});
  return show(arguments, fetch_document(session, arguments, local, {"GET", "/v1/status"}), render_status);
}

}  // namespace guardd::client
