// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "daemon/data/node.hpp"
#include "daemon/data/view.hpp"

namespace guardd {

/// The server_uuid in MySQL's auto.cnf, "server-uuid=..." in its [auto] section; empty where there is none.
std::string parse_auto_cnf(std::string_view text);

/// PostgreSQL's system identifier, the first eight bytes of global/pg_control in the machine's byte order
/// (src/include/catalog/pg_control.h), in digits; empty where the file is too short.
std::string parse_pg_control(std::string_view bytes);

/// What the service itself calls the data in this directory, by whichever of these files is there; empty where none is.
/// MariaDB has nothing of the kind.
std::string own_identity(View& view, const Node& directory);

}  // namespace guardd
