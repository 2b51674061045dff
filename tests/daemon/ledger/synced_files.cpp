// SPDX-License-Identifier: Apache-2.0
#include "tests/daemon/ledger/synced_files.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace guardd::test {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view synced_suffix = ".synced";

sqlite3_vfs* beneath = nullptr;  // the VFS that does the work
sqlite3_vfs shim;

/// What SQLite allocates for each file: ours, and behind it that of the VFS beneath.
struct File {
  sqlite3_file base;
  const char* path;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real(); }
const sqlite3_io_methods* methods(sqlite3_file* file) { return real(file)->pMethods; }

int sync_and_copy(sqlite3_file* file, int flags) {
  const int result = methods(file)->xSync(real(file), flags);
  const char* const path = reinterpret_cast<File*>(file)->path;
  if (result == SQLITE_OK && path != nullptr) {
    fs::copy_file(path, std::string(path) + std::string(synced_suffix), fs::copy_options::overwrite_existing);
  }
  return result;
}

const sqlite3_io_methods forwarding{
    .iVersion = 2,  // no memory mapping of the database itself, which would write past xWrite
    .xClose = [](sqlite3_file* f) { return methods(f)->xClose(real(f)); },
    .xRead = [](sqlite3_file* f, void* to, int size,
                sqlite3_int64 at) { return methods(f)->xRead(real(f), to, size, at); },
    .xWrite = [](sqlite3_file* f, const void* from, int size,
                 sqlite3_int64 at) { return methods(f)->xWrite(real(f), from, size, at); },
    .xTruncate = [](sqlite3_file* f, sqlite3_int64 size) { return methods(f)->xTruncate(real(f), size); },
    .xSync = sync_and_copy,
    .xFileSize = [](sqlite3_file* f, sqlite3_int64* size) { return methods(f)->xFileSize(real(f), size); },
    .xLock = [](sqlite3_file* f, int lock) { return methods(f)->xLock(real(f), lock); },
    .xUnlock = [](sqlite3_file* f, int lock) { return methods(f)->xUnlock(real(f), lock); },
    .xCheckReservedLock = [](sqlite3_file* f, int* held) { return methods(f)->xCheckReservedLock(real(f), held); },
    .xFileControl = [](sqlite3_file* f, int what, void* with) { return methods(f)->xFileControl(real(f), what, with); },
    .xSectorSize = [](sqlite3_file* f) { return methods(f)->xSectorSize(real(f)); },
    .xDeviceCharacteristics = [](sqlite3_file* f) { return methods(f)->xDeviceCharacteristics(real(f)); },
    .xShmMap = [](sqlite3_file* f, int page, int size, int extend,
                  void volatile** at) { return methods(f)->xShmMap(real(f), page, size, extend, at); },
    .xShmLock = [](sqlite3_file* f, int at, int count,
                   int flags) { return methods(f)->xShmLock(real(f), at, count, flags); },
    .xShmBarrier = [](sqlite3_file* f) { methods(f)->xShmBarrier(real(f)); },
    .xShmUnmap = [](sqlite3_file* f, int remove) { return methods(f)->xShmUnmap(real(f), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_file(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* given) {
  file->pMethods = nullptr;
  reinterpret_cast<File*>(file)->path = path;
  const int result = beneath->xOpen(beneath, path, real(file), flags, given);
  if (methods(file) != nullptr) file->pMethods = &forwarding;
  return result;
}

/// SQLite syncs the directory where it must not come back.
int delete_file(sqlite3_vfs*, const char* path, int sync_directory) {
  const int result = beneath->xDelete(beneath, path, sync_directory);
  if (result == SQLITE_OK) fs::remove(std::string(path) + std::string(synced_suffix));
  return result;
}

}  // namespace

SyncedFiles::SyncedFiles() {
  beneath = ::sqlite3_vfs_find(nullptr);
  if (beneath == nullptr) throw std::runtime_error("SQLite has no VFS");
  shim = *beneath;
  shim.zName = "synced-files";
  shim.pNext = nullptr;
  shim.szOsFile = static_cast<int>(sizeof(File)) + beneath->szOsFile;
  shim.xOpen = open_file;
  shim.xDelete = delete_file;
  ::sqlite3_vfs_register(&shim, 1);
}

SyncedFiles::~SyncedFiles() {
  ::sqlite3_vfs_unregister(&shim);
  ::sqlite3_vfs_register(beneath, 1);
}

void SyncedFiles::after_power_failure(const std::string& directory, const std::string& target) {
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(synced_suffix)) continue;
    fs::copy_file(entry.path(), fs::path(target) / name.substr(0, name.size() - synced_suffix.size()));
  }
}

}  // namespace guardd::test
