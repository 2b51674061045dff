// SPDX-License-Identifier: Apache-2.0
// A server's answers as it likes: bytes become tables, with the columns that matter in any order.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/roles/classify_mysql.hpp"

namespace {

using guardd::Known;
using guardd::MysqlTable;

constexpr std::array<const char*, 14> names{"Variable_name",      "Value",
                                            "Slave_IO_Running",   "Slave_SQL_Running",
                                            "Replica_IO_Running", "Replica_SQL_Running",
                                            "Master_Host",        "Source_Host",
                                            "Source_Port",        "Last_IO_Errno",
                                            "Last_SQL_Errno",     "MEMBER_STATE",
                                            "Last_SQL_Error",     "x"};

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  std::uint8_t next() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  std::string text() {
    std::string result;
    for (std::size_t length = next() % 16U; length > 0; --length) result += static_cast<char>(next());
    return result;
  }
  Known<MysqlTable> table() {
    if (next() % 8U == 0) return guardd::Unknown{text()};
    MysqlTable table;
    for (std::size_t i = next() % 6U; i > 0; --i) table.columns.emplace_back(names.at(next() % names.size()));
    for (std::size_t i = next() % 4U; i > 0; --i) {
      MysqlTable::Row row;
      for (std::size_t cell = next() % 6U; cell > 0; --cell) {
        if (next() % 4U == 0) {
          row.emplace_back(std::nullopt);
        } else {
          row.emplace_back(text());
        }
      }
      table.rows.push_back(std::move(row));
    }
    return table;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const guardd::MysqlAnswers answers{bytes.table(), bytes.table(), bytes.table(), bytes.table(), bytes.table()};
  const guardd::RoleFact fact = guardd::classify_mysql(answers);
  const bool unknown = fact.role == guardd::Role::unknown;
  if (unknown == fact.why_unknown.empty()) std::abort();
  // Without the replication's state no role but a group's member.
  if (!answers.replication.known() && !unknown && fact.role != guardd::Role::group_member) std::abort();
  return 0;
}
