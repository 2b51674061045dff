// SPDX-License-Identifier: Apache-2.0
#include "daemon/approval/ssh_keygen.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace guardd {
namespace {

constexpr std::size_t longest_name = 256;
constexpr std::size_t longest_complaint = 300;

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > longest_name || name.front() == '-') return false;
  // match_pattern_list() of OpenSSH's match.c: these make a pattern of it.
  return std::ranges::none_of(name, [](unsigned char c) { return c <= ' ' || c == 0x7f || c == '*' || c == '?'; }) &&
         name.front() != '!';
}

void replace_all(std::string& text, const std::string& what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
}

/// What the program complained of, in one line, and without names that only it knows.
Error refusal(const ProgramEnd& end, const Fd& signers, std::string_view otherwise) {
  std::string said = end.err;
  replace_all(said, path_of(signers), "allowed_signers");
  while (!said.empty() && said.back() == '\n') said.pop_back();
  std::ranges::replace(said, '\n', ';');
  return {"refused", said.empty() ? std::string(otherwise) : printable(said, longest_complaint)};
}

}  // namespace

std::vector<std::string> parse_principals(std::string_view output) {
  std::vector<std::string> names;
  while (!output.empty() && names.size() < max_names) {
    const std::size_t end = output.find('\n');
    const std::string_view name = output.substr(0, end);
    if (is_name(name)) names.emplace_back(name);
    output.remove_prefix(end == std::string_view::npos ? output.size() : end + 1);
  }
  return names;
}

std::optional<std::string> parse_verified(std::string_view output, std::string_view name) {
  const std::string begins =
      "Good \"" + std::string(signature_namespace) + "\" signature for " + std::string(name) + " with ";
  if (!output.starts_with(begins)) return std::nullopt;
  output.remove_prefix(begins.size());
  if (output.ends_with('\n')) output.remove_suffix(1);
  constexpr std::string_view before = " key ";
  const std::size_t key = output.find(before);
  if (key == std::string_view::npos) return std::nullopt;
  const std::string_view fingerprint = output.substr(key + before.size());
  constexpr std::string_view hash = "SHA256:";
  constexpr std::size_t digest = 43;  // 32 bytes in base64 without padding
  if (!fingerprint.starts_with(hash) || fingerprint.size() != hash.size() + digest) return std::nullopt;
  const bool is_base64 = std::ranges::all_of(fingerprint.substr(hash.size()), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
  return is_base64 ? std::optional<std::string>(fingerprint) : std::nullopt;
}

Result<std::vector<std::string>> SshKeygen::find_principals(const Fd& signature) const {
  if (!challenge_) return challenge_.error();
  const Result<ProgramEnd> end =
      run_program({program_, "-Y", "find-principals", "-s", path_of(signature), "-f", path_of(signers_)}, *challenge_,
                  deadline_us_);
  if (!end) return end.error();
  if (end->status != 0) return refusal(*end, signers_, "it is of nobody who may approve");
  return parse_principals(end->out);
}

Result<std::string> SshKeygen::verify(const Fd& signature, const std::string& name) const {
  if (!challenge_) return challenge_.error();
  const Result<ProgramEnd> end = run_program({program_, "-Y", "verify", "-f", path_of(signers_), "-I", name, "-n",
                                              std::string(signature_namespace), "-s", path_of(signature)},
                                             *challenge_, deadline_us_);
  if (!end) return end.error();
  if (end->status != 0) return refusal(*end, signers_, "it is not good");
  const std::optional<std::string> key = parse_verified(end->out, name);
  if (!key) return Error{"refused", "ssh-keygen did not say which key it is of"};
  return *key;
}

}  // namespace guardd
