// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/findings.hpp"

#include <cstring>

namespace guardd::walk {

void Trouble::note(std::string& place, std::string_view what, int error) {
  if (!place.empty()) return;
  place = what;
  if (error == 0) return;
  const char* why = strerrordesc_np(error);
  place.append(": ").append(why != nullptr ? why : "unknown error");
}

}  // namespace guardd::walk
