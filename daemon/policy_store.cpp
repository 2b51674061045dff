// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy_store.hpp"

#include <dirent.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_files = 256;
constexpr std::size_t max_file_bytes = std::size_t{1024} * 1024;

bool is_policy_name(std::string_view name) {
  return !name.starts_with('.') && name.ends_with(".json") && !name.ends_with(".schema.json");
}

Result<std::vector<std::string>> policy_names(const PolicyDirectory& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.path.c_str()), ::closedir);
  std::vector<std::string> names;
  if (!stream) {
    if (errno == ENOENT && directory.optional) return names;
    Error error = os_error(errno, directory.path);
    error.message += "; name a directory with policies with --policy-dir";
    return error;
  }
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) {
      if (errno != 0) return os_error(errno, directory.path);
      std::ranges::sort(names);
      for (const std::string& name : directory.required) {
        if (!std::ranges::binary_search(names, name)) {
          return Error{"no_policy", directory.path + "/" + name + " is missing: reinstall guardd's policies"};
        }
      }
      return names;
    }
    if (!is_policy_name(entry->d_name)) continue;
    if (names.size() == max_files)
      return Error{"too_many", directory.path + ": more than " + std::to_string(max_files) + " policies"};
    names.emplace_back(entry->d_name);
  }
}

}  // namespace

std::vector<PolicyDirectory> default_policy_directories() {
  constexpr std::string_view names = GUARDD_SHIPPED_POLICIES;  // separated by commas; the build lists policies/
  PolicyDirectory shipped{std::string(shipped_policy_directory)};
  for (std::size_t at = 0; at < names.size();) {
    const std::size_t end = std::min(names.find(',', at), names.size());
    shipped.required.emplace_back(names.substr(at, end - at));
    at = end + 1;
  }
  return {std::move(shipped), {"/etc/guardd/policies", true}};
}

Result<std::vector<PolicySource>> read_policy_sources(const std::vector<PolicyDirectory>& directories) {
  std::vector<PolicySource> sources;
  for (const PolicyDirectory& directory : directories) {
    const Result<std::vector<std::string>> names = policy_names(directory);
    if (!names) return names.error();
    for (const std::string& name : *names) {
      std::string path = directory.path + "/" + name;
      Result<std::string> text = read_file(path, max_file_bytes);
      if (!text) return text.error();
      sources.push_back({std::move(path), std::move(*text)});
    }
  }
  if (sources.empty())
    return Error{"no_policy",
                 "there is no policy file in any policy directory; name one that has some with --policy-dir"};
  return sources;
}

std::string policy_digest(const std::vector<PolicySource>& sources) {
  // Without openssl.cnf, which may load engines, and without its messages: 0.7 MB of resident memory.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, nullptr);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  bool good = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  const auto add = [&](const std::string& part) {
    const std::string framed = std::to_string(part.size()) + ":" + part;
    good = good && EVP_DigestUpdate(context.get(), framed.data(), framed.size()) == 1;
  };
  for (const PolicySource& source : sources) {
    add(source.path);
    add(source.text);
  }
  good = good && EVP_DigestFinal_ex(context.get(), digest.data(), &length) == 1;
  if (!good) throw std::runtime_error("libcrypto has no SHA-256");
  std::string text = "sha256:";
  for (unsigned int i = 0; i < length; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[digest[i] >> 4U];
    text += digits[digest[i] & 0xfU];
  }
  return text;
}

Result<Policy> make_policy(const std::vector<PolicySource>& sources) {
  std::vector<PolicyFile> files;
  for (const PolicySource& source : sources) {
    Result<PolicyFile> file = parse_policy(source.path, source.text);
    if (!file) return file.error();
    files.push_back(std::move(*file));
  }
  Result<Policy> policy = merge_policies(files);
  if (!policy) return policy.error();
  const bool empty = policy->services.empty() || policy->rules.empty() || policy->required_inspectors.empty();
  if (empty)
    return Error{"no_policy",
                 "the policies name no service, no rule or no required inspector: everything would be allowed"};
  policy->digest = policy_digest(sources);
  return policy;
}

Result<std::shared_ptr<const Policy>> PolicyStore::load() {
  const Result<std::vector<PolicySource>> sources = read_policy_sources(directories_);
  Result<Policy> policy = sources ? make_policy(*sources) : Result<Policy>(sources.error());
  if (!policy) {
    problems_ = {policy.error().message};
    return policy.error();
  }
  problems_.clear();
  policy->generation = ++generation_;
  current_ = std::make_shared<const Policy>(std::move(*policy));
  return current_;
}

}  // namespace guardd
