// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/chain.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace guardd::ledger {

std::string chain_hash(std::string_view previous, std::string_view text) {
  std::string message(previous);
  message += '\n';
  message += text;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(message.data(), message.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::bad_alloc();
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += digits[digest[i] >> 4U];
    hex += digits[digest[i] & 0xFU];
  }
  return hex;
}

}  // namespace guardd::ledger
