// SPDX-License-Identifier: Apache-2.0
#include <syslog.h>
#include <unistd.h>

#include "client/output.hpp"
#include "client/seal.hpp"
#include "client/trust.hpp"
#include "core/text.hpp"
#include "core/wire_seal.hpp"
#include "os/clock.hpp"
#include "seal/pinned_seal.hpp"

namespace guardd::client {
namespace {

constexpr std::uint64_t ns_per_ms = 1'000'000;
constexpr std::int64_t ms_per_s = 1000;

int say(const Arguments& arguments, const std::string& text, const nlohmann::json& document) {
  if (arguments.quiet && !arguments.json) return 0;
  return write_out(arguments.json ? json_line(document) : text + "\n") ? 0 : exit_status::unknown;
}

int fail(const Arguments& arguments, const Error& error) {
  const std::string message = printable(error.message);
  if (arguments.json) {
    (void)write_out(json_line({{"error", {{"code", error.code}, {"message", message}}}}));
  } else {
    write_error("guardctl: not lifted: " + message + "\n");
  }
  return error.code == "eperm" ? exit_status::not_permitted : exit_status::unknown;
}

}  // namespace

int lift_offline(const Arguments& arguments) {
  const std::string pins(seal::default_pins);
  const Result<seal::Pinned> pinned = seal::open_pinned(pins);
  // bpffs itself may be for root alone, and then says so of the pins.
  if (!pinned && pinned.error().code == "enoent") {
    return say(arguments, "nothing is sealed: there is no seal at " + pins, {{"seal", {{"in_force", false}}}});
  }
  if (!pinned) return fail(arguments, pinned.error());
  const std::int64_t valid_s = arguments.valid_s.value_or(default_lift_s);
  const std::uint64_t until = static_cast<std::uint64_t>(boot_now_ms() + valid_s * ms_per_s) * ns_per_ms;
  if (const auto error = seal::write_setting(pinned->settings, GUARDD_SEAL_LIFTED_UNTIL, until))
    return fail(arguments, *error);
  // The ledger may be what is broken: the journal has it, by whoever asked.
  ::openlog("guardctl", LOG_PID, LOG_AUTHPRIV);
  ::syslog(LOG_WARNING, "seal lifted for %lld s without guardd, by uid %u: %s", static_cast<long long>(valid_s),
           ::getuid(), printable(arguments.reason).c_str());
  ::closelog();
  return say(arguments, "lifted for " + std::to_string(valid_s) + " s; then it is back by itself",
             {{"seal", {{"in_force", true}, {"lifted_for_s", valid_s}}}});
}

}  // namespace guardd::client
