// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>

#include "core/result.hpp"

namespace guardd {

/// Puts `text` in the place of `file` at once, mode 0644, so that who reads it sees the old or the new one, and never a
/// part. Errors: os_error's codes.
std::optional<Error> replace_file(const std::string& file, const std::string& text);

/// Writes what `text` says to `file` every 15 s, without end: for node_exporter's textfile collector. What fails is
/// logged once, until it works again.
boost::asio::awaitable<void> keep_metrics_file(std::string file, std::function<std::string()> text);

}  // namespace guardd
