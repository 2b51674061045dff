// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/glob.hpp"
#include "core/policy.hpp"
#include "tests/core/policy_files.hpp"

using namespace guardd;
using namespace guardd::test;

TEST_CASE("every shipped policy parses and all of them merge") {
  const Policy policy = merged(shipped_files());
  for (const char* service : {"mysql", "postgresql", "redis", "etcd", "mongodb", "cassandra", "scylla", "elasticsearch",
                              "ceph-osd", "kafka", "clickhouse", "zookeeper", "consul", "rocksdb", "hdfs", "minio"}) {
    CHECK(policy.services.contains(service));
  }
  CHECK(policy.services.at("mysql").role_probe == "mysql");
  CHECK(policy.required_inspectors.size() == std::size(inspector_names));
  CHECK(policy.exceptions.empty());
}

TEST_CASE("the JSON Schema names what the parser knows") {
  const nlohmann::json schema = nlohmann::json::parse(content(source_dir / "policies/policy.schema.json"));
  const auto words = [&](const char* pointer) {
    return schema.at(nlohmann::json::json_pointer(pointer)).get<std::vector<std::string>>();
  };
  const auto known = [](const auto& names) { return std::vector<std::string>(std::begin(names), std::end(names)); };
  CHECK(words("/$defs/rule/properties/fact/enum") == known(rule_facts));
  CHECK(words("/properties/required_inspectors/items/enum") == known(inspector_names));
  CHECK(words("/$defs/service/properties/role_probe/enum") == known(role_probes));
  CHECK(schema.at("/properties/freshness_ms/minimum"_json_pointer) == 100);
  CHECK(schema.at("/properties/freshness_ms/maximum"_json_pointer) == 60000);

  // The parser names the keys that it knows: they are the schema's.
  const auto keys_of = [&](const char* pointer) {
    std::string keys;
    for (const auto& [key, value] : schema.at(nlohmann::json::json_pointer(pointer)).items()) {
      keys += (keys.empty() ? "" : ", ") + key;
    }
    return keys;
  };
  const auto known_keys = [](const std::string& text) {
    const std::string error = parse_failure(text);
    return error.substr(error.find("known are: ") + 11);
  };
  CHECK(known_keys(R"({"x": 1})") == keys_of("/properties"));
  CHECK(known_keys(R"({"services": {"s": {"x": 1}}})") == keys_of("/$defs/service/properties"));
  CHECK(known_keys(R"({"rules": {"r": {"fact": "role.primary", "refuses": ["wipe"], "x": 1}}})") ==
        keys_of("/$defs/rule/properties"));
  CHECK(known_keys(R"({"exceptions": [{"except": {"path": "/a"}, "reason": "r", "x": 1}]})") ==
        keys_of("/$defs/exception/properties"));
  CHECK(known_keys(R"({"system_devices": [{"type": "swap", "x": 1}]})") == keys_of("/$defs/systemDevice/properties"));
  CHECK(known_keys(R"({"exceptions": [{"except": {"path": "/a", "x": 1}, "reason": "r"}]})") ==
        keys_of("/$defs/exception/properties/except/properties"));
}

TEST_CASE("the shipped rules refuse what must never pass") {
  const Policy policy = merged(shipped_files());
  const auto refuses = [&](std::string_view fact, Operation operation) {
    return std::ranges::any_of(policy.rules, [&](const auto& entry) {
      const Rule& rule = entry.second;
      // The remedy for a device names it, so decide writes it.
      const bool says_what_to_do = !rule.remedy.empty() || fact == "device.unrecognised";
      return rule.fact == fact && rule.services.empty() && rule.refuses.contains(operation) && says_what_to_do;
    });
  };
  for (const char* fact :
       {"dataset.active", "dataset.at_rest", "role.primary", "replicas.attached", "clients.connected",
        "mount.unrecognised", "mount.missing", "path.protected", "device.unrecognised"}) {
    INFO(fact);
    CHECK(refuses(fact, Operation::reinstall));
  }
  for (const char* fact : {"dataset.active", "dataset.at_rest", "role.primary", "replicas.attached",
                           "clients.connected", "device.in_use", "device.unrecognised", "path.protected"}) {
    INFO(fact);
    CHECK(refuses(fact, Operation::wipe));
  }
  for (const char* fact : {"role.primary", "role.unknown", "replicas.attached", "clients.connected"}) {
    INFO(fact);
    CHECK(refuses(fact, Operation::reboot));
  }
}

namespace {

bool opens_as_data(const Policy& policy, const std::string& name) {
  return std::ranges::any_of(policy.services, [&](const auto& entry) {
    return std::ranges::any_of(entry.second.data_files,
                               [&](const std::string& glob) { return glob_match(glob, name); });
  });
}

/// As recognition.hpp has it, over a listing: names, directories with a '/' at their end, one level down with one '/'
/// within.
bool is_data_directory(const Policy& policy, const std::vector<std::string>& listing) {
  const auto has = [&](const std::string& marker) {
    const bool directory = marker.ends_with('/');
    const std::string wanted = "/" + (directory ? marker.substr(0, marker.size() - 1) : marker);
    return std::ranges::any_of(listing, [&](std::string name) {
      if (directory && !name.ends_with('/')) return false;
      if (name.ends_with('/')) name.pop_back();
      return path_glob_match(wanted, "/" + name);
    });
  };
  return std::ranges::any_of(policy.services, [&](const auto& entry) {
    return std::ranges::any_of(entry.second.markers, [&](const auto& set) { return std::ranges::all_of(set, has); });
  });
}

bool is_system_mount(const Policy& policy, const std::string& path) {
  return std::ranges::any_of(policy.system_mounts,
                             [&](const std::string& glob) { return path_glob_match(glob, path); });
}

}  // namespace

TEST_CASE("data files that servers hold open are recognised by name") {
  const Policy policy = merged(shipped_files());
  for (const char* name : {"ibdata1",
                           "ib_logfile0",
                           "user.ibd",
                           "#ib_redo12",
                           "undo_001",
                           "aria_log_control",
                           "aria_log.00000001",
                           "db.MAI",
                           "t.MYD",
                           "mysql-bin.000001",
                           "mariadb-bin.000042",
                           "db1-bin.000001",
                           "db1-relay-bin.000003",
                           "binlog.000001",
                           "pg_control",
                           "pg_filenode.map",
                           "000000010000000A000000FE",
                           "dump.rdb",
                           "appendonly.aof",
                           "appendonly.aof.1.incr.aof",
                           "0000000000000000-0000000000000000.wal",
                           "collection-0--123.wt",
                           "WiredTigerLog.0000000001",
                           "md-1-big-Data.db",
                           "CommitLog-7-1389.log",
                           "translog-5.tlog",
                           "00000000000000000000.timeindex",
                           "data.cmrk3",
                           "000012.sst",
                           "in_use.lock"}) {
    INFO(name);
    CHECK(opens_as_data(policy, name));
  }
}

TEST_CASE("what ordinary programs hold open is nobody's data file") {
  const Policy policy = merged(shipped_files());
  for (const char* name : {"CURRENT",
                           "LOCK",
                           "LOG",
                           "MANIFEST-000001",
                           "000003.log",
                           "000005.ldb",
                           "Web Data",
                           "History",
                           "Cookies",
                           "places.sqlite",
                           "places.sqlite-wal",
                           "cert9.db",
                           "key4.db",
                           "system.journal",
                           "user-1000.journal",
                           "syslog",
                           "access.log",
                           "error.log",
                           "status",
                           "db",
                           "meta.db",
                           "containerd.db",
                           "io.containerd.metadata.v1.bolt",
                           "state.db",
                           "state.json",
                           "lock",
                           "lock-frontend",
                           "pkgcache.bin",
                           "srcpkgcache.bin",
                           "Packages",
                           "index.db",
                           "metadata.db",
                           "snapd.lock",
                           "local-kv.db",
                           "volumes/metadata.db",
                           "xtables.lock",
                           "master.pid",
                           "mysql.sock",
                           "known_hosts",
                           "user",
                           "core",
                           "libicudata.so.72",
                           "locale-archive",
                           "gschemas.compiled",
                           "00000001",
                           "tsdb.log",
                           "cache.db"}) {
    INFO(name);
    CHECK_FALSE(opens_as_data(policy, name));
  }
}

TEST_CASE("a data directory of every service of the table is recognised at rest") {
  const Policy policy = merged(shipped_files());
  const std::vector<std::vector<std::string>> listings{
      // MariaDB 10.11, MySQL 8.0, MyISAM alone, a MySQL without its system tablespace
      {"aria_log.00000001", "aria_log_control", "ib_buffer_pool", "ib_logfile0", "ibdata1", "mysql/", "mysql/user.frm",
       "performance_schema/", "sys/"},
      {"#innodb_redo/", "#innodb_temp/", "auto.cnf", "binlog.index", "ibdata1", "mysql.ibd", "mysql/", "undo_001"},
      {"mysql/", "mysql/user.MYD", "mysql/user.MYI", "mysql/user.frm"},
      {"auto.cnf", "mysql/", "performance_schema/"},
      {"PG_VERSION", "base/", "global/", "global/pg_control", "pg_wal/", "postgresql.auto.conf"},
      {"PG_15_202209061/"},
      {"dump.rdb"},
      {"appendonlydir/", "appendonlydir/appendonly.aof.manifest"},
      {"member/", "member/snap/", "member/wal/"},
      {"WiredTiger", "WiredTiger.turtle", "WiredTiger.wt", "mongod.lock"},
      {"commitlog/", "data/", "hints/", "saved_caches/"},
      {"commitlog/", "data/", "hints/", "view_hints/"},
      {"_state/", "indices/", "node.lock"},
      {"block", "ceph_fsid", "fsid", "keyring", "ready", "type", "whoami"},
      {"cleaner-offset-checkpoint", "log-start-offset-checkpoint", "meta.properties", "t-0/"},
      {"metadata/", "preprocessed_configs/", "status", "store/", "uuid"},
      {"myid", "version-2/", "version-2/snapshot.0"},
      {"raft/", "raft/raft.db", "serf/"},
      {"CURRENT", "IDENTITY", "LOCK", "MANIFEST-000004", "OPTIONS-000007", "000009.sst"},
      {"current/", "current/VERSION", "in_use.lock"},
      {".minio.sys/", ".minio.sys/format.json"}};
  for (const auto& listing : listings) {
    INFO(listing.front() << " and so on");
    CHECK(is_data_directory(policy, listing));
  }
}

TEST_CASE("directories of ordinary hosts are nobody's data directory") {
  const Policy policy = merged(shipped_files());
  const std::vector<std::vector<std::string>> listings{
      {},
      {"debian-10.11.flag"},                                                  // mariadb-server without a datadir
      {"conf.d/", "debian.cnf", "mariadb.cnf", "mariadb.conf.d/", "my.cnf"},  // a client's /etc/mysql
      {"000003.log", "CURRENT", "LOCK", "LOG", "LOG.old", "MANIFEST-000001", "000005.ldb"},  // a browser's LevelDB
      {"Cookies", "History", "Local State", "Web Data", "databases/", "IndexedDB/"},
      {"apt/", "docker/", "dpkg/", "mysql/", "postgresql/", "redis/", "snapd/", "systemd/"},  // /var/lib
      {"buildkit/", "containers/", "image/", "network/", "overlay2/", "plugins/", "runtimes/", "swarm/", "volumes/"},
      {"cpu_manager_state", "device-plugins/", "memory_manager_state", "pki/", "plugins/", "pods/"},  // kubelet
      {"aux/", "cache/", "desktop/", "mount/", "seed/", "snaps/", "state.json", "state.lock"},        // snapd
      {"access.log", "error.log", "access.log.1", "access.log.2.gz"},
      {"data/", "log/", "tmp/", "config/", "metadata/", "store/"},
      {"db/", "migrations/", "data/", "src/", "mysql/", "redis/"},  // somebody's source tree
      {"bin/", "boot/", "dev/", "etc/", "home/", "lib/", "var/", "usr/"}};
  for (const auto& listing : listings) {
    INFO((listing.empty() ? "empty" : listing.front()) << " and so on");
    CHECK_FALSE(is_data_directory(policy, listing));
  }
}

TEST_CASE("mount points of ordinary hosts are the system's own, those of data are not") {
  const Policy policy = merged(shipped_files());
  for (const char* path : {"/", "/boot", "/boot/efi", "/home", "/var", "/var/log", "/var/log/audit", "/var/tmp", "/tmp",
                           "/usr", "/snap/core22/1122", "/var/lib/docker", "/var/lib/docker/overlay2/0a1b/merged",
                           "/var/lib/containerd", "/var/snap/lxd/common/lxd/storage-pools/default",
                           "/run/containerd/io.containerd.runtime.v2.task/k8s.io/ab/rootfs"}) {
    INFO(path);
    CHECK(is_system_mount(policy, path));
  }
  for (const char* path : {"/srv", "/data", "/mnt", "/mnt/data", "/opt", "/media/me/USB", "/var/lib/mysql",
                           "/var/lib/libvirt/images", "/home/me/disk", "/var/mail", "/backup", "/var/lib/postgresql",
                           "/var/lib/kubelet/pods/1/volumes/kubernetes.io~csi/pvc-1/mount"}) {
    INFO(path);
    CHECK_FALSE(is_system_mount(policy, path));
  }
}
