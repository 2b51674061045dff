// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "daemon/kernel_events/source.hpp"
#include "os/fd.hpp"

namespace guardd {

/// A file of /proc that says by poll(2) that it has changed: mountinfo, proc_pid_mountinfo(5), and swaps. Of mounts,
/// those of one namespace alone.
class PolledFile final : public EventSource {
 public:
  PolledFile(const char* name, std::string path) : name_(name), path_(std::move(path)) { open(); }

  [[nodiscard]] const char* name() const override { return name_; }
  [[nodiscard]] std::string problem() const override { return problem_; }
  [[nodiscard]] int descriptor() const override { return file_.get(); }
  [[nodiscard]] bool is_exceptional() const override { return true; }
  void drain(Heard& heard) override;
  void prove(Heard& heard) override;

 private:
  void open();

  const char* name_;
  std::string path_;
  Fd file_;
  std::string problem_;
};

}  // namespace guardd
