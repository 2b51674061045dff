// SPDX-License-Identifier: Apache-2.0
#include "client/watch.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "client/event_connection.hpp"
#include "client/fetch.hpp"
#include "client/members.hpp"
#include "client/output.hpp"
#include "client/render.hpp"
#include "client/screen.hpp"
#include "client/trust.hpp"
#include "core/wire_status.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Between two questions when nothing is told: what nobody tells of (a hold that ends) must not stay away for long.
constexpr seconds between_answers{10};
/// The same where guardd can't tell: it is away, or does not tell this caller.
constexpr seconds without_events{2};
/// Not more often than this, however much is told.
constexpr milliseconds shortest_pause{250};
/// How far the age of what is shown may be behind.
constexpr seconds between_ages{1};
constexpr seconds longest_reconnect_pause{30};

/// As if it had been asked for that much earlier.
void make_older(json& document, Clock::duration time) {
  const auto age = shown_integer(document.contains("snapshot") ? document["snapshot"] : json(), "age_ms");
  if (age) document["snapshot"]["age_ms"] = *age + std::chrono::duration_cast<milliseconds>(time).count();
}

class Watch {
 public:
  Watch(const Arguments& arguments, const LocalHost& local, Session& session)
      : arguments_(arguments),
        local_(local),
        session_(session),
        style_{colour_wanted()},
        events_(arguments.socket, session.rule(), "/v1/events", longest_reconnect_pause) {}

  int run() {
    for (;;) {
      if (is_due()) {
        fetch();
        if (fetched_.exit_status == exit_status::not_permitted) return give_up();
        if (!screen_ && Screen::is_possible() && !arguments_.json && !arguments_.quiet) begin_screen();
        if (!screen_ && !print()) return exit_status::unknown;
      }
      if (screen_ && !draw()) return exit_status::unknown;
      if (wait()) return 0;
    }
  }

 private:
  [[nodiscard]] bool is_due() const {
    const auto now = Clock::now();
    return !answered_at_ || now >= *answered_at_ + pause();
  }

  /// Until the next question.
  [[nodiscard]] Clock::duration pause() const {
    if (is_news_) return shortest_pause;
    return events_.count() > 0 ? Clock::duration(between_answers) : Clock::duration(without_events);
  }

  void fetch() {
    is_news_ = false;
    fetched_ = fetch_document(session_, arguments_, local_, {"GET", "/v1/status"});
    answered_at_ = Clock::now();
  }

  void begin_screen() {
    session_.spinner().be_still();
    screen_.emplace();
  }

  int give_up() {
    screen_.reset();
    return write_out(text_of(fetched_)) ? fetched_.exit_status : exit_status::unknown;
  }

  [[nodiscard]] std::string text_of(const Fetched& fetched) const {
    if (arguments_.json) return json_line(fetched.document);
    if (arguments_.quiet) return "";
    return fetched.exit_status == 0 ? render_status(fetched.document, style_) : render_failure(fetched, style_);
  }

  /// Where nothing can be drawn over: what has changed, as text.
  bool print() {
    json now = without_times(fetched_.document);
    const bool is_changed = now != printed_;
    printed_ = std::move(now);
    if (!is_changed && !arguments_.json) return true;
    return write_out(text_of(fetched_) + (arguments_.json || arguments_.quiet ? "" : "\n"));
  }

  bool draw() {
    Fetched shown = fetched_;
    make_older(shown.document, Clock::now() - *answered_at_);
    const std::string last = events_.count() > 0
                                 ? "q ends; guardd tells of changes"
                                 : "q ends; asked again every " + std::to_string(without_events.count()) + " s";
    return screen_->draw(text_of(shown), style_.faint(last));
  }

  /// Until something is to be done. True: to end.
  bool wait() {
    auto until = std::min(*answered_at_ + pause(), events_.due());
    if (screen_) until = std::min(until, Clock::now() + between_ages);
    std::array waiting{
        pollfd{.fd = events_.descriptor(), .events = POLLIN, .revents = 0},
        pollfd{.fd = screen_ ? screen_->descriptor() : -1, .events = POLLIN, .revents = 0},
        pollfd{.fd = screen_ ? screen_->keys() : -1, .events = POLLIN, .revents = 0},
    };
    ::poll(waiting.data(), waiting.size(), Deadline(until - Clock::now()).poll_ms());
    const std::uint64_t before = events_.count();
    (void)events_.take();
    // The first event of a connection is how things are: what happened while there was none may be in it.
    if (events_.count() != before && events_.count() > 0) is_news_ = true;
    if (screen_) screen_->take_changes();
    return waiting[2].revents != 0 && screen_->is_told_to_end();
  }

  const Arguments& arguments_;
  const LocalHost& local_;
  Session& session_;
  Style style_;
  EventConnection events_;
  Fetched fetched_;
  std::optional<Clock::time_point> answered_at_;
  bool is_news_ = false;
  json printed_;
  std::optional<Screen> screen_;
};

}  // namespace

int watch_status(const Arguments& arguments, const LocalHost& local, Session& session) {
  return Watch(arguments, local, session).run();
}

}  // namespace guardd::client
