// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "daemon/storage/missing_mounts.hpp"

namespace guardd {
namespace {

std::vector<std::string> missing(const std::string& fstab, SourceState source = SourceState::absent,
                                 std::vector<MountFact> mounts = {}) {
  MountFact root;
  root.mountpoint = "/";
  root.fstype = "ext4";
  mounts.push_back(root);
  const WantedMounts wanted = parse_fstab(fstab, "/etc/fstab");
  REQUIRE(wanted.problems.empty());
  std::vector<std::string> places;
  for (const MissingMount& one : find_missing(
           wanted.mounts, mounts, [&](const std::string&) { return source; },
           [](const std::string& path) { return path == "/link" ? "/real" : path; })) {
    CHECK(one.named_by == "/etc/fstab");
    places.push_back(one.where);
  }
  return places;
}

using Places = std::vector<std::string>;

MountFact mounted(const std::string& where, const std::string& fstype = "ext4") {
  MountFact mount;
  mount.mountpoint = where;
  mount.fstype = fstype;
  return mount;
}

TEST_CASE("a fresh Debian's fstab names nothing that is missing") {
  CHECK(missing("# UNCONFIGURED FSTAB FOR BASE SYSTEM\n").empty());
  CHECK(missing("# / was on /dev/sda1 during installation\n"
                "UUID=0e8f5a3c-8e0c-4a52-a9a5-2f7f2c3f2a61 /               ext4    errors=remount-ro 0       1\n"
                "# swap was on /dev/sda5 during installation\n"
                "UUID=5c1d2bd0-96c5-4c6e-9a0b-0a2f5f0ae9a1 none            swap    sw              0       0\n"
                "/dev/sr0        /media/cdrom0   udf,iso9660 user,noauto     0       0\n",
                SourceState::present)
            .empty());
  CHECK(missing("").empty());
}

TEST_CASE("a filesystem that the boot should have mounted") {
  CHECK(missing("/dev/sdb1 /srv ext4 defaults 0 2\n") == Places{"/srv"});
  CHECK(missing("UUID=1 /srv auto defaults 0 2\n") == Places{"/srv"});
  CHECK(missing("tank/data /srv zfs defaults 0 0\n") == Places{"/srv"});
  CHECK(missing("/dev/sdb1 /srv ext4 defaults 0 2\n", SourceState::present, {mounted("/srv")}).empty());
}

TEST_CASE("mountpoints are compared as paths") {
  CHECK(missing("/dev/sdb1 //srv/./data// ext4 defaults 0 2\n", SourceState::present, {mounted("/srv/data")}).empty());
  CHECK(missing("/dev/sdb1 /link ext4 defaults 0 2\n", SourceState::present, {mounted("/real")}).empty());
  CHECK(missing("/dev/sdb1 /sp\\040ace ext4 defaults 0 2\n", SourceState::present, {mounted("/sp ace")}).empty());
  CHECK(missing("/dev/sdb1 /srv ext4 defaults 0 2\n", SourceState::present, {mounted("/srv2")}) == Places{"/srv"});
}

TEST_CASE("noauto and nofail: missing when the disk is here") {
  for (const std::string option : {"noauto", "nofail", "rw,noauto,user", "nofail,x-systemd.device-timeout=5"}) {
    const std::string line = "UUID=1 /backup ext4 " + option + " 0 2\n";
    CHECK(missing(line, SourceState::absent).empty());
    CHECK(missing(line, SourceState::removable).empty());
    CHECK(missing(line, SourceState::present) == Places{"/backup"});
    CHECK(missing(line, SourceState::unknown) == Places{"/backup"});
  }
  CHECK(missing("UUID=1 /backup ext4 nofailure 0 2\n", SourceState::absent) == Places{"/backup"});
}

TEST_CASE("an automount is no mount") {
  const std::string line = "UUID=1 /srv ext4 noauto,x-systemd.automount 0 2\n";
  CHECK(missing(line, SourceState::present, {mounted("/srv", "autofs")}) == Places{"/srv"});
  CHECK(missing(line, SourceState::present, {mounted("/srv", "autofs"), mounted("/srv")}).empty());
}

TEST_CASE("what holds no data on this host's disks") {
  for (const std::string line :
       {"server:/export /srv nfs defaults 0 0", "server:/export /srv nfs4 defaults 0 0",
        "//server/share /srv cifs x 0 0", "sshfs#u@h:/d /srv fuse.sshfs x 0 0", "/dev/sdb1 /srv ext4 _netdev 0 0",
        "mon1,mon2:/ /srv ceph x 0 0", "h:/vol /srv glusterfs x 0 0", "proc /proc2 proc defaults 0 0",
        "tmpfs /scratch tmpfs size=1g 0 0", "sysfs /s sysfs x 0 0", "devpts /d devpts x 0 0", "cgroup /c cgroup2 x 0 0",
        "/data /srv none bind 0 0", "/data /srv none rbind,ro 0 0", "/swapfile none swap sw 0 0",
        "/a.snap /snap/a squashfs ro 0 0", "/dev/cdrom /media/x auto ro 0 0", "/dev/sr1 /media/x auto ro 0 0"}) {
    INFO(line);
    CHECK(missing(std::string(line) + "\n", SourceState::present).empty());
  }
}

TEST_CASE("a line that can't be read is a problem, and the others still count") {
  const WantedMounts wanted = parse_fstab("/dev/sdb1\n/dev/sdc1 /srv ext4 defaults 0 0\n", "/etc/fstab");
  CHECK(wanted.problems.size() == 1);
  CHECK(wanted.mounts.size() == 1);
  CHECK(parse_fstab(std::string("a\0b /x ext4\n", 12), "f").problems.size() >= 1);
}

TEST_CASE("bound on fstab, both sides") {
  std::string text;
  for (std::size_t i = 0; i < max_wanted_mounts; ++i) text += "/dev/sdb1 /srv ext4 defaults 0 0\n";
  CHECK(parse_fstab(text, "f").problems.empty());
  CHECK(parse_fstab(text + "/dev/sdb1 /srv ext4 defaults 0 0\n", "f").problems.size() == 1);
}

TEST_CASE("mount units") {
  const auto unit = parse_mount_unit(
      "[Unit]\nWhat=no\n[Mount]\nWhat=/dev/sdb1\n# x\nWhere = /srv \nType=xfs\nOptions=a,\\\nb\n", "u");
  REQUIRE(unit);
  CHECK(unit->what == "/dev/sdb1");
  CHECK(unit->where == "/srv");
  CHECK(unit->fstype == "xfs");
  CHECK(unit->options == "a, b");
  CHECK(unit->named_by == "u");
  CHECK_FALSE(parse_mount_unit("", "masked"));
  CHECK_FALSE(parse_mount_unit("[Mount]\nWhat=/dev/sdb1\n", "u"));
  CHECK_FALSE(parse_mount_unit("[Mount]\nWhat=/dev/sdb1\nWhere=\\", "u")->where.empty());
}

TEST_CASE("crypttab") {
  const WantedCrypts wanted = parse_crypttab(
      "# c\ndata UUID=1 none luks\n\n swap /dev/sda2 /dev/urandom swap,cipher=x\n"
      "tmp /dev/sda3 /dev/urandom tmp=ext4\nusb /dev/sdz none noauto\nbad\n");
  CHECK(wanted.problems.size() == 1);
  REQUIRE(wanted.entries.size() == 4);
  const auto absent = [](const std::string&) { return SourceState::absent; };
  const auto present = [](const std::string&) { return SourceState::present; };
  CHECK(is_missing(wanted.entries[0], absent));
  CHECK_FALSE(is_missing(wanted.entries[1], present));
  CHECK_FALSE(is_missing(wanted.entries[2], present));
  CHECK_FALSE(is_missing(wanted.entries[3], absent));
  CHECK(is_missing(wanted.entries[3], present));
}

TEST_CASE("options") {
  CHECK(has_option("a,bind,b", "bind"));
  CHECK(has_option("bind", "bind"));
  CHECK(has_option("x=1,tmp=ext4", "tmp"));
  CHECK_FALSE(has_option("nobind,binding", "bind"));
  CHECK_FALSE(has_option("", "bind"));
}

}  // namespace
}  // namespace guardd
