// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "daemon/data/config_paths.hpp"

namespace guardd {
namespace {

using Paths = std::vector<std::string>;

Paths paths(const std::string& text, const Paths& keys) { return parse_config_paths(text, keys); }

TEST_CASE("the forms that services' configurations have") {
  CHECK(paths("[mysqld]\ndatadir = /srv/mysql\nlog-bin=/srv/binlog/bin\n", {"datadir", "log_bin"}) ==
        Paths{"/srv/mysql", "/srv/binlog/bin"});
  CHECK(paths("data_directory = '/srv/pg 15/main'\t# where\n", {"data_directory"}) == Paths{"/srv/pg 15/main"});
  CHECK(paths("dir /srv/redis\n", {"dir"}) == Paths{"/srv/redis"});
  CHECK(paths("storage:\n  dbPath: /srv/mongo\n", {"storage.dbPath"}) == Paths{"/srv/mongo"});
  CHECK(paths("path.data: [\"/a\", \"/b\"]\n", {"path.data"}) == Paths{"/a", "/b"});
  CHECK(paths("log.dirs=/a,/b , /c\n", {"log.dirs"}) == Paths{"/a", "/b", "/c"});
  CHECK(paths("data_file_directories:\n  # old\n  - /a\n  - '/b'\nother: /c\n- /d\n", {"data_file_directories"}) ==
        Paths{"/a", "/b"});
  CHECK(paths("<clickhouse>\n  <path>/srv/click/</path>\n", {"path"}) == Paths{"/srv/click/"});
  CHECK(paths("{\n  \"data_dir\": \"/opt/consul\",\n}\n", {"data_dir"}) == Paths{"/opt/consul"});
  CHECK(paths("DataDir=/x\r\n", {"datadir"}) == Paths{"/x"});
}

TEST_CASE("what names no absolute path") {
  CHECK(paths("datadir = data\n#datadir = /a\n;datadir=/b\ndatadirs=/c\nmydatadir=/d\ndatadir\ndatadir=\n", {"datadir"})
            .empty());
  CHECK(paths(std::string("datadir=/a\0b\n", 13), {"datadir"}).empty());
  CHECK(paths("datadir=/" + std::string(5000, 'x') + "\n", {"datadir"}).empty());
  CHECK(paths("", {"datadir"}).empty());
  CHECK(paths("datadir=/a", {}).empty());
}

TEST_CASE("odd quoting ends") {
  CHECK(paths("datadir='/a\ndatadir=\"\ndatadir='\ndatadir=[[,,-\n", {"datadir"}) == Paths{"/a"});
}

TEST_CASE("bound on paths, both sides") {
  std::string text;
  for (std::size_t i = 0; i < max_config_paths; ++i) text += "datadir=/a\n";
  CHECK(paths(text, {"datadir"}).size() == max_config_paths);
  CHECK(paths(text + "datadir=/a,/b\n", {"datadir"}).size() == max_config_paths);
}

}  // namespace
}  // namespace guardd
