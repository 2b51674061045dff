// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>

#include "daemon/approval/approval.hpp"
#include "daemon/approval/signers.hpp"
#include "daemon/approval/ssh_keygen.hpp"
#include "daemon/storage/host_identity.hpp"
#include "os/clock.hpp"

namespace guardd {
namespace {

void add_name(GoodSignature& signature, const std::string& name) {
  if (std::ranges::find(signature.names, name) == signature.names.end()) signature.names.push_back(name);
}

/// Under which names of signers this one signature is good.
Result<GoodSignature> check_one(const SshKeygen& ssh_keygen, const Fd& signature) {
  const Result<std::vector<std::string>> names = ssh_keygen.find_principals(signature);
  if (!names) return names.error();
  GoodSignature good;
  Error why{"refused", "its key is nobody's by name: a pattern in the signers' file approves nothing"};
  for (const std::string& name : *names) {
    const Result<std::string> key = ssh_keygen.verify(signature, name);
    if (!key) {
      why = key.error();
      continue;
    }
    good.key = *key;
    add_name(good, name);
  }
  if (good.names.empty()) return why;
  return good;
}

/// A key can stand in more than one line, of which ssh-keygen names the first: whether a signature would do under the
/// others' names as well tells that it may be one person's.
void find_shared_names(const SshKeygen& ssh_keygen, const std::vector<Fd>& signatures,
                       std::vector<GoodSignature>& good) {
  std::vector<std::string> names;
  for (const GoodSignature& one : good) names.insert(names.end(), one.names.begin(), one.names.end());
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const std::string& name : names) {
      if (ssh_keygen.verify(signatures[i], name)) add_name(good[i], name);
    }
  }
}

void check_all(const ApprovalInput& input, const Fd& signers, ApprovalOutput& output) {
  const SshKeygen ssh_keygen(input.ssh_keygen, signers, input.challenge, monotonic_now_us() + input.deadline_ms * 1000);
  std::vector<Fd> files;
  for (const std::string& signature : input.signatures) {
    Result<Fd> file = memory_file(signature);
    Result<GoodSignature> good = file ? check_one(ssh_keygen, *file) : Result<GoodSignature>(file.error());
    if (!good) {
      output.refused = "signature " + std::to_string(files.size() + 1) + ": " + good.error().message;
      return;
    }
    files.push_back(std::move(*file));
    output.good.push_back(std::move(*good));
  }
  find_shared_names(ssh_keygen, files, output.good);
  if (monotonic_now_us() < ssh_keygen.deadline_us()) return;
  // What was not looked at in time might have been shared.
  output.good.clear();
  output.refused = "checking the signatures took too long";
}

}  // namespace

ApprovalOutput check_approval(const ApprovalInput& input, const HostRoot& host) {
  ApprovalOutput output;
  std::vector<std::string> ignored;
  const HostFact identity = read_host_identity(host, ignored);
  output.hostname = identity.hostname;
  output.machine_id = identity.machine_id;
  const Result<Fd> signers = open_signers(input.allowed_signers);
  if (!signers) {
    output.signers_absent = signers.error().code == "enoent";
    if (!output.signers_absent) output.problem = signers.error().message;
  } else if (::access(input.ssh_keygen.c_str(), X_OK) != 0) {
    output.problem =
        input.ssh_keygen + " is missing, without which no signature can be checked: install openssh-client";
  } else {
    check_all(input, *signers, output);
  }
  return output;
}

}  // namespace guardd
