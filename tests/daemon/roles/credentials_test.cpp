// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <catch2/catch.hpp>

#include "child_process.hpp"
#include "daemon/roles/credentials.hpp"

using Catch::Contains;
using guardd::parse_client_file;
using guardd::parse_passwd_uid;

TEST_CASE("user and password of [client], and nothing else") {
  const auto file = parse_client_file(
      "# guardd's\n[mysqld]\nuser=mysql\npassword=no\n[client]\n  user = guardd \n; old\npassword=\"a#b\\\"c\" # new\n"
      "host=evil\nplugin-dir=/tmp\ninit-command=DROP\nskip-ssl\n[client-server]\nuser=x\n");
  REQUIRE(file.ok());
  CHECK(file->user == "guardd");
  CHECK(file->password == "a#b\"c");
}

TEST_CASE("quotes, escapes, comments and line ends of option files") {
  const auto password = [](const std::string& value) {
    const auto file = parse_client_file("[client]\r\nuser=u\r\npassword=" + value + "\r\n");
    return file ? file->password : "error: " + file.error().message;
  };
  CHECK(password("plain") == "plain");
  CHECK(password("").empty());
  CHECK(password("a b") == "a b");
  CHECK(password("'a b '") == "a b ");
  CHECK(password("'half") == "'half");
  CHECK(password("a\\sb\\tc\\\\d\\n") == "a b\tc\\d\n");
  CHECK(password("x#y") == "x");
  CHECK(password("\"x#y\"") == "x#y");
  CHECK(password("end\\") == "end\\");
  CHECK(password("pass=word") == "pass=word");
}

TEST_CASE("client files that are refused") {
  CHECK_THAT(parse_client_file("").error().message, Contains("no user"));
  CHECK_THAT(parse_client_file("user=a\npassword=b\n").error().message, Contains("no user"));
  CHECK_THAT(parse_client_file("[client]\npassword=b\n").error().message, Contains("no user"));
  CHECK_THAT(parse_client_file("[client]\nuser=u\n!include /etc/x\n").error().message, Contains("!include"));
  CHECK(parse_client_file("[client]\nuser=" + std::string(256, 'u')).ok());
  CHECK_THAT(parse_client_file("[client]\nuser=" + std::string(257, 'u')).error().message, Contains("256"));
  CHECK_THAT(parse_client_file(std::string("[client]\nuser=a\0b", 17)).error().message, Contains("NUL"));
}

TEST_CASE("the uid of a name in passwd") {
  const std::string text =
      "root:x:0:0:root:/root:/bin/bash\nmysqlx:x:5:5::/:/bin/false\nmysql:x:102:105:MySQL Server,,,:/:/bin/false\n"
      "mysql:x:1:1::/:/bin/sh\nshort:x\nbad:x:1x:1::/:\n";
  CHECK(parse_passwd_uid(text, "root") == 0U);
  CHECK(parse_passwd_uid(text, "mysql") == 102U);
  CHECK(parse_passwd_uid(text, "none") == std::nullopt);
  CHECK(parse_passwd_uid(text, "short") == std::nullopt);
  CHECK(parse_passwd_uid(text, "bad") == std::nullopt);
  CHECK(parse_passwd_uid("mysql", "mysql") == std::nullopt);
  CHECK(parse_passwd_uid("mysql:x:4294967295:0:::", "mysql") == 4294967295U);
  CHECK(parse_passwd_uid("mysql:x:4294967296:0:::", "mysql") == std::nullopt);
}

TEST_CASE("who is trusted with the credentials") {
  const roles_test::TemporaryDirectory directory;
  guardd::HostRoot root;
  root.etc = directory.path();
  roles_test::write_file(root.etc + "/passwd", "mysql:x:4242:4242::/:/bin/false\n", 0644);
  guardd::RoleInput input;
  input.credentials_file = directory.path() + "/client.cnf";
  roles_test::write_file(input.credentials_file, "[client]\nuser=guardd\npassword=pw\n", 0600);
  const auto trusted = [&] {
    const auto login = choose_login(input, root);
    REQUIRE(login.ok());
    const bool has_them = login->user == "guardd";
    CHECK(login->password == (has_them ? "pw" : ""));
    CHECK(login->note.empty() == has_them);
    return has_them;
  };
  input.process.uid = 0;
  CHECK(trusted());
  input.process.uid = 4242;
  CHECK(trusted());
  input.process.contained = true;
  CHECK_FALSE(trusted());
  input.process.uid = 0;
  CHECK_FALSE(trusted());
  input.process.contained = false;
  input.process.uid = 1000;
  CHECK_FALSE(trusted());
  input.process.uid = 4242;
  ::unlink((root.etc + "/passwd").c_str());
  CHECK_FALSE(trusted());
}

TEST_CASE("whose file, and who else may touch it") {
  const roles_test::TemporaryDirectory directory;
  guardd::RoleInput input;
  input.credentials_file = directory.path() + "/client.cnf";
  const auto error = [&](mode_t mode, uid_t owner) {
    roles_test::write_file(input.credentials_file, "[client]\nuser=guardd\n", mode);
    REQUIRE(::chown(input.credentials_file.c_str(), owner, 0) == 0);
    const auto login = choose_login(input, {});
    return login ? "" : login.error().message;
  };
  CHECK(error(0600, 0).empty());
  CHECK(error(0400, 0).empty());
  for (const mode_t mode : {0640U, 0620U, 0604U, 0602U, 0644U}) CHECK_THAT(error(mode, 0), Contains("chmod 600"));
  CHECK_THAT(error(0600, 1000), Contains("does not belong to root"));
  input.credentials_file = directory.path();
  CHECK_THAT(choose_login(input, {}).error().message, Contains("no regular file"));
}
