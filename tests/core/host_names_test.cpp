// SPDX-License-Identifier: Apache-2.0
#include "core/host_names.hpp"

#include <catch2/catch.hpp>

namespace guardd {
namespace {

HostNames names() {
  return {.hostname = "db1",
          .machine_id = "0123456789abcdef0123456789abcdef",
          .aliases = std::vector<std::string>{"db1.example.com", "db1"},
          .product_uuid = std::string("AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE")};
}

TEST_CASE("each name of the host is the host") {
  for (const char* name : {"db1", "DB1", "db1.example.com", "0123456789abcdef0123456789abcdef",
                           "01234567-89AB-cdef-0123-456789abcdef", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"}) {
    INFO(name);
    const Known<bool> same = is_this_host(names(), name);
    REQUIRE(same.known());
    CHECK(same.value());
  }
}

TEST_CASE("another name is not") {
  for (const char* name :
       {"db2", "db", "db11", "db1.example.org", "", "0123456789abcdef0123456789abcdee", "localhost"}) {
    INFO(name);
    const Known<bool> same = is_this_host(names(), name);
    REQUIRE(same.known());
    CHECK_FALSE(same.value());
  }
}

TEST_CASE("a long hostname is known by its first label too") {
  HostNames long_name = names();
  long_name.hostname = "db1.example.com";
  CHECK(is_this_host(long_name, "db1").value());
  CHECK_FALSE(is_this_host(long_name, "db1.example").value());
}

TEST_CASE("what could not be read might have been the name") {
  HostNames unread = names();
  unread.product_uuid = Unknown{"permission denied"};
  CHECK_FALSE(is_this_host(unread, "ffffffff-bbbb-cccc-dddd-eeeeeeeeeeee").known());
  CHECK_FALSE(is_this_host(unread, "db2").value());
  unread.aliases = Unknown{"permission denied"};
  CHECK_FALSE(is_this_host(unread, "db2").known());
  CHECK(is_this_host(unread, "db1").value());
}

TEST_CASE("an empty machine-id is nobody's") {
  HostNames without = names();
  without.machine_id.clear();
  without.product_uuid = std::string();
  CHECK_FALSE(is_this_host(without, "0123456789abcdef0123456789abcdef").value());
}

TEST_CASE("parse_hosts_names takes the lines with the hostname") {
  const char* const text =
      "127.0.0.1 localhost\n"
      "# 10.0.0.9 commented db1\n"
      "10.0.0.7\tdb1.example.com   db1 # db1.other\n"
      "\n"
      "db1\n"
      "10.0.0.8 web1";
  CHECK(parse_hosts_names(text, "db1") == std::vector<std::string>{"db1.example.com", "db1"});
  CHECK(parse_hosts_names(text, "web1") == std::vector<std::string>{"web1"});
  CHECK(parse_hosts_names(text, "10.0.0.7").empty());
  CHECK(parse_hosts_names("", "db1").empty());
}

}  // namespace
}  // namespace guardd
