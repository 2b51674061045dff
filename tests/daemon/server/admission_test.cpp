// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/admission.hpp"

#include <catch2/catch.hpp>

using guardd::Admission;

namespace {

/// How many of `wanted` get in.
int enter(Admission& admission, uid_t uid, bool owner, int wanted) {
  int entered = 0;
  for (int i = 0; i < wanted; ++i) entered += admission.enter(uid, owner) ? 1 : 0;
  return entered;
}

}  // namespace

TEST_CASE("one user has at most his share") {
  Admission admission({.total = 256, .reserved = 32, .per_uid = 64});
  CHECK(enter(admission, 1000, false, 1000) == 64);
  CHECK(enter(admission, 1001, false, 1000) == 64);
  admission.leave(1000);
  CHECK(enter(admission, 1000, false, 2) == 1);
}

TEST_CASE("all users together leave the reserved places to the owner") {
  Admission admission({.total = 256, .reserved = 32, .per_uid = 64});
  int entered = 0;
  for (uid_t uid = 1000; uid < 1010; ++uid) entered += enter(admission, uid, false, 64);
  CHECK(entered == 224);
  CHECK(enter(admission, 0, true, 1000) == 32);
  CHECK(admission.size() == 256);
}

TEST_CASE("the owner may take all, and who leaves makes room") {
  Admission admission({.total = 256, .reserved = 32, .per_uid = 64});
  CHECK(enter(admission, 0, true, 1000) == 256);
  CHECK(enter(admission, 1000, false, 1) == 0);
  for (int i = 0; i < 32; ++i) admission.leave(0);
  CHECK(enter(admission, 1000, false, 1) == 0);
  admission.leave(0);
  CHECK(enter(admission, 1000, false, 1) == 1);
  admission.leave(4711);  // was never in
  CHECK(admission.size() == 224);
}
