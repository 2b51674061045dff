// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "client/commands.hpp"
#include "client/fetch.hpp"
#include "client/members.hpp"
#include "client/moment.hpp"
#include "client/output.hpp"
#include "client/targets.hpp"
#include "client/tell.hpp"
#include "client/terminal.hpp"
#include "client/trust.hpp"
#include "core/strict_json.hpp"
#include "core/text.hpp"
#include "core/wire_override.hpp"
#include "os/read.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

std::string approvals_of(const json& object) {
  std::string text;
  for (const json& one : shown_array(object, "approvals")) {
    text += (text.empty() ? "" : ", ") + shown_text(one, "principal");
    if (const std::string key = shown_text(one, "key"); !key.empty()) text += " (" + key + ")";
  }
  return text;
}

std::string override_line(const json& object, const Style& style) {
  std::string line = style.bold(shown_text(object, "id")) + "  " + shown_text(object, "state") + ": " +
                     shown_text(object, "operation") + " of ";
  const std::string targets = shown_list(object, "targets", 4);
  const std::string dataset = shown_text(object, "dataset");
  line += !dataset.empty() ? dataset + ", " + shown_text(object, "data") : targets.empty() ? "the host" : targets;
  line += ": " + shown_text(object, "reason") + "\n    requested by " + shown_text(object, "by");
  const auto requested = shown_integer(object, "requested_s");
  const auto valid = shown_integer(object, "valid_s");
  if (requested) line += ", " + shown_moment(*requested);
  if (valid) line += ", for " + std::to_string(*valid / 60) + " minutes";
  if (const std::string approvals = approvals_of(object); !approvals.empty()) line += "\n    approved by " + approvals;
  return line + "\n";
}

std::string override_lines(const json& document, const Style& style) {
  const json& overrides = shown_array(document, "overrides");
  if (overrides.empty()) return "no overrides\n";
  std::string text;
  for (const json& one : overrides) text += override_line(one, style);
  return text;
}

/// The bytes that are to be signed, which are safe to print as guardd made them; whatever is not is shown so that no
/// signature over it will do.
std::string challenge_lines(const json& document) {
  const auto found = document.find("challenge");
  std::string text = found != document.end() && found->is_string() ? found->get<std::string>() : "";
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines += reprintable(text.substr(0, end), std::numeric_limits<std::size_t>::max()) + "\n";
    text.erase(0, end == std::string::npos ? text.size() : end + 1);
  }
  return lines;
}

/// What to do next, to be copied into a shell as it is.
std::string request_lines(const json& document, const Style& style) {
  const json& object = shown_object(document, "override");
  const json& approval = shown_object(document, "approval");
  const std::string id = shown_text(object, "id");
  const std::string people = std::to_string(shown_integer(approval, "people").value_or(0));
  std::string text = override_line(object, style) + "\n";
  if (const std::string signers = shown_text(approval, "signers"); !signers.empty()) {
    text += "# " + people + " of those in " + signers + " read this and sign it, each on his own machine:\n\n";
    text += "cat >" + id + ".challenge <<'END'\n" + challenge_lines(document) + "END\n";
    text += "ssh-keygen -Y sign -n guardd -f ~/.ssh/id_ed25519 " + id + ".challenge\n\n";
    text += "# Then on this host, with the " + id + ".challenge.sig of each:\n\n";
    return text + "guardctl override apply " + id + " --signature FILE...\n";
  }
  text += challenge_lines(document) +
          "\n# Nobody has to sign here. Root types the nonce and the name of the host that is meant:\n\n";
  return text + "guardctl override apply " + id + "\n";
}

std::string applied_lines(const json& document, const Style& style) {
  const json& object = shown_object(document, "override");
  const std::string dataset = shown_text(object, "dataset");
  return override_line(object, style) +
         (dataset.empty() ? "  -> The next question about exactly this is answered by it, once\n"
                          : "  -> Now, once: guardctl release add " + dataset + " --reason \"...\"\n");
}

bool is_id(const std::string& text) {
  return text.size() > 1 && text.size() <= 18 && text.front() == 'o' &&
         text.find_first_not_of("0123456789", 1) == std::string::npos;
}

/// Every --signature, and what follows the ID: `--signature *.sig` is one option and some operands.
Result<Proof> read_signatures(const Arguments& arguments) {
  std::vector<std::string> names = arguments.signatures;
  names.insert(names.end(), arguments.operands.begin() + 1, arguments.operands.end());
  if (names.size() > max_signatures)
    return Error{"usage", "more than " + std::to_string(max_signatures) + " signatures"};
  Proof proof;
  for (const std::string& name : names) {
    Result<std::string> text = read_file(name, ObjectReader::max_text);
    if (!text) return Error{"usage", text.error().message};
    if (text->empty()) return Error{"usage", printable(name) + " is empty"};
    proof.signatures.push_back(std::move(*text));
  }
  return proof;
}

Result<Proof> read_typed(const Arguments& arguments) {
  if (arguments.operands.size() > 1) return Error{"usage", "override apply takes one ID, and files after --signature"};
  if (!arguments.nonce.empty() && !arguments.host.empty()) {
    return Proof{.signatures = {}, .nonce = arguments.nonce, .host = arguments.host};
  }
  if (!arguments.nonce.empty() || !arguments.host.empty()) return Error{"usage", "--nonce and --host go together"};
  if (!is_somebody_there()) {
    return Error{
        "usage",
        "override apply wants --signature FILE..., or --nonce and --host: nothing is asked for without a terminal"};
  }
  const auto nonce = ask_on_terminal("The nonce of " + arguments.operands.front() + ": ");
  const auto host = nonce ? ask_on_terminal("The name of the host that is meant: ") : std::nullopt;
  if (!nonce || !host || nonce->empty() || host->empty())
    return Error{"usage", "nothing was typed: nothing is changed"};
  return Proof{.signatures = {}, .nonce = *nonce, .host = *host};
}

int request_of(const Arguments& arguments, const Override& wanted) {
  return tell(arguments, {"POST", "/v1/overrides", to_text(override_request_json(wanted))}, request_lines);
}

int request_release(const Arguments& arguments) {
  if (arguments.operands.size() != 2 || !arguments.targets.empty() ||
      arguments.operands[1].find('/') != std::string::npos) {
    return usage_error("override request release wants the id of one dataset: guardctl status shows it");
  }
  Override wanted;
  wanted.dataset = arguments.operands[1];
  wanted.reason = arguments.reason;
  return request_of(arguments, wanted);
}

}  // namespace

int override_list(const Arguments& arguments) { return tell(arguments, {"GET", "/v1/overrides"}, override_lines); }

int override_request(const Arguments& arguments) {
  if (arguments.operands.front() == "release") return request_release(arguments);
  const auto operation = parse_operation(arguments.operands.front());
  if (!operation || arguments.operands.size() > 1) {
    return usage_error(
        "override request wants one operation: reinstall, wipe or reboot, a target follows --target; or release "
        "DATASET");
  }
  Override wanted;
  wanted.operation = *operation;
  wanted.whole_host = arguments.targets.empty();
  wanted.reason = arguments.reason;
  if (!wanted.whole_host) {
    Result<std::vector<Target>> found = resolve_targets(arguments.targets, *operation);
    if (!found) return usage_error(found.error().message);
    wanted.targets = std::move(found).value();
  }
  return request_of(arguments, wanted);
}

int override_apply(const Arguments& arguments) {
  const std::string& id = arguments.operands.front();
  if (!is_id(id)) return usage_error("an override is named by its id, o1 for instance: guardctl override list");
  const bool is_signed = !arguments.signatures.empty();
  if (is_signed && (!arguments.nonce.empty() || !arguments.host.empty())) {
    return usage_error("override apply takes either --signature, or --nonce and --host");
  }
  const Result<Proof> proof = is_signed ? read_signatures(arguments) : read_typed(arguments);
  if (!proof) return usage_error(proof.error().message);
  return tell(arguments, {"POST", "/v1/overrides/" + id + "/apply", to_text(proof_json(*proof))}, applied_lines);
}

}  // namespace guardd::client
