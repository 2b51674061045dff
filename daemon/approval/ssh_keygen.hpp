// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "daemon/approval/program.hpp"
#include "os/fd.hpp"

namespace guardd {

/// What a signature is for: one that was made for something else (git, a file) approves nothing here.
inline constexpr std::string_view signature_namespace = "guardd";
inline constexpr std::size_t max_names = 8;  ///< of one key

/// The names in what `ssh-keygen -Y find-principals` prints, one a line; patterns and what no name can be are left out.
std::vector<std::string> parse_principals(std::string_view output);

/// The key's fingerprint in what `ssh-keygen -Y verify` prints for a good signature of `name` in this namespace:
/// 'Good "guardd" signature for ann with ED25519 key SHA256:...'. None where it is anything else.
std::optional<std::string> parse_verified(std::string_view output, std::string_view name);

/// ssh-keygen(1), asked about signatures over one challenge.
class SshKeygen {
 public:
  /// `signers` is the content of an allowed_signers file, and lives longer than this.
  SshKeygen(std::string program, const Fd& signers, std::string_view challenge, std::int64_t deadline_us)
      : program_(std::move(program)),
        signers_(signers),
        challenge_(memory_file(challenge)),
        deadline_us_(deadline_us) {}

  /// Whose key made the signature. Error "refused": nobody's, or it is no signature.
  [[nodiscard]] Result<std::vector<std::string>> find_principals(const Fd& signature) const;

  /// The fingerprint of the key that made the signature over the challenge, where it is one of `name`'s. Error
  /// "refused": of another text, another namespace, another person, or of a key that may not.
  [[nodiscard]] Result<std::string> verify(const Fd& signature, const std::string& name) const;

  [[nodiscard]] std::int64_t deadline_us() const { return deadline_us_; }

 private:
  std::string program_;
  const Fd& signers_;
  Result<Fd> challenge_;
  std::int64_t deadline_us_;
};

}  // namespace guardd
