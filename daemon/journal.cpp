// SPDX-License-Identifier: Apache-2.0
#include "daemon/journal.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/strict_json.hpp"

namespace guardd {
namespace {

// `journalctl MESSAGE_ID=...` finds them: a verdict, and everything else that the trail tells of.
constexpr std::string_view verdict_id = "fb469a065b0e4a7c921f2dba176bf65c";
constexpr std::string_view decision_id = "38872db8f1904c67a563c9cf70e92506";
constexpr const char* journal_name = "journal";
constexpr const char* journal_socket = "/run/systemd/journal/socket";

std::string text_of(const nlohmann::json& record, const char* key) {
  const auto found = record.find(key);
  if (found == record.end()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

/// Takes records as JSON text, one a message.
class JournalSink final : public spdlog::sinks::base_sink<std::mutex> {
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string text(message.payload.data(), message.payload.size());
    const nlohmann::json record = nlohmann::json::parse(text, nullptr, false);
    if (!record.is_object()) return;
    const bool verdict = text_of(record, "kind") == "verdict";
    std::array fields{
        "MESSAGE=" + audit_line(record),
        "MESSAGE_ID=" + std::string(verdict ? verdict_id : decision_id),
        "PRIORITY=" + std::string(verdict ? "6" : "5"),  // info, notice: syslog(3)
        std::string("SYSLOG_IDENTIFIER=guardd"),
        "GUARDD_KIND=" + text_of(record, "kind"),
        "GUARDD_OPERATION=" + text_of(record, "operation"),
        "GUARDD_VERDICT=" + text_of(record, "verdict"),
        "GUARDD_SEQ=" + text_of(record, "seq"),
        "GUARDD_HASH=" + text_of(record, "hash"),
        "GUARDD_RECORD=" + text,
    };
    std::array<iovec, fields.size()> parts{};
    for (std::size_t i = 0; i < fields.size(); ++i) parts[i] = {fields[i].data(), fields[i].size()};
    (void)::sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
  }
  void flush_() override {}
};

}  // namespace

void start_journal() {
  if (::access(journal_socket, W_OK) != 0) return;
  spdlog::register_logger(std::make_shared<spdlog::async_logger>(journal_name, std::make_shared<JournalSink>(),
                                                                 spdlog::thread_pool(),
                                                                 spdlog::async_overflow_policy::overrun_oldest));
}

void tell_journal(const AuditRecord& record, const AuditHead& head) {
  nlohmann::json document = audit_json(record, head.seq);
  const std::shared_ptr<spdlog::logger> journal = spdlog::get(journal_name);
  if (!journal) return spdlog::info("audit {}: {}", head.seq, audit_line(document));
  document["hash"] = head.hash;
  journal->info("{}", to_text(document));
}

}  // namespace guardd
