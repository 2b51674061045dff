// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/worker/protocol.hpp"
#include "daemon/worker/runner.hpp"

namespace guardd::test {

/// Records what it is asked to run, and answers what it was told to; while `held`, only once it is let go.
class FakeRunner final : public WorkerRunner {
 public:
  struct Asked {
    std::string inspector;
    nlohmann::json input;
    std::chrono::milliseconds deadline;
  };

  explicit FakeRunner(boost::asio::any_io_executor executor)
      : gate_(std::move(executor), boost::asio::steady_timer::time_point::max()) {
    answer("processes", report({"processes", "open_files"}));
    answer("boot", report({"boot"}));
    answer("storage", report({"storage"}));
    answer("signatures", report({"signatures"}));
    answer("data", report({"data_directories"}));
    answer("memory", report({"memory"}));
    answer("clients", report({"clients"}));
    answer("role", nlohmann::json::object());
  }

  static nlohmann::json report(const std::vector<std::string>& names) {
    nlohmann::json reports = nlohmann::json::array();
    for (const std::string& name : names) reports.push_back(InspectorReport{name, Health::ok, {}, 1});
    return {{"reports", reports}};
  }

  void answer(const std::string& inspector, nlohmann::json output) {
    answers_.insert_or_assign(inspector, std::move(output));
  }
  void fail(const std::string& inspector, const std::string& why) {
    answers_.insert_or_assign(inspector, Error{"failed", why});
  }
  void hold() { held_ = true; }
  void let_go() {
    held_ = false;
    gate_.cancel();
  }

  [[nodiscard]] std::vector<Asked> asked_for(const std::string& inspector) const {
    std::vector<Asked> chosen;
    for (const Asked& one : asked) {
      if (one.inspector == inspector) chosen.push_back(one);
    }
    return chosen;
  }
  [[nodiscard]] std::size_t looks() const { return asked_for("processes").size(); }

  boost::asio::awaitable<Result<nlohmann::json>> run(std::string inspector, nlohmann::json input,
                                                     std::chrono::milliseconds deadline) override {
    asked.push_back({inspector, std::move(input), deadline});
    while (held_) {
      boost::system::error_code woken;
      co_await gate_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
    }
    co_return answers_.at(inspector);
  }

  std::vector<Asked> asked;

 private:
  std::map<std::string, Result<nlohmann::json>> answers_;
  boost::asio::steady_timer gate_;
  bool held_ = false;
};

}  // namespace guardd::test
