// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/descriptor_reader.hpp"

#include "os/fd.hpp"

namespace guardd::walk {
namespace {

/// Descriptors between two looks at the clock.
constexpr std::uint64_t clock_interval = 512;

std::string path_of(std::uint32_t descriptor) { return "fd/" + std::to_string(descriptor); }

}  // namespace

void DescriptorReader::read(const Task& task, Trouble& trouble) {
  if (context_.tables != nullptr) {
    // Where the pass has nothing of a task it may have come too late for the pass: absence is for readlink(2) to tell.
    const DescriptorRows rows = context_.tables->find(task.id, task.start_ticks);
    if (!rows.empty() && read_rows(task, rows, trouble)) return;
  }
  read_links(task, trouble);
}

/// False when a descriptor that matters is not any more what it was during the pass: then its number may lead to
/// another file, and the table is to be read as it is now.
bool DescriptorReader::read_rows(const Task& task, DescriptorRows rows, Trouble& trouble) {
  const std::size_t sockets = files_.sockets().size();
  closer_.clear();
  DescriptorRow row;
  for (std::uint64_t count = 1; rows.next(row); ++count) {
    if (count % clock_interval == 0 && context_.out_of_time()) return true;
    if (row.kind == DescriptorRow::Kind::socket) {
      files_.socket(row.inode);
    } else if (row.kind == DescriptorRow::Kind::characters) {
      continue;
    } else if (row.kind != DescriptorRow::Kind::path || files_.needs_a_look(row.path)) {
      closer_.push_back(row);
    } else {
      files_.bystander(row.path);
    }
  }
  bool changed = false;
  for (const DescriptorRow& candidate : closer_) {
    if (context_.out_of_time() || is_still_so(task, candidate)) continue;
    changed = true;
    if (candidate.kind == DescriptorRow::Kind::path) findings_.moved.emplace(candidate.path);
  }
  if (changed) {
    files_.sockets().resize(sockets);
    return false;
  }
  for (const DescriptorRow& candidate : closer_) {
    const std::string name = std::to_string(candidate.descriptor);
    if (candidate.kind == DescriptorRow::Kind::ring) {
      files_.descriptor(task.directory, name.c_str(), ring_link);
    } else if (candidate.kind == DescriptorRow::Kind::path) {
      files_.descriptor(task.directory, name.c_str(), candidate.path);
    } else {
      read_link(task, task.directory, path_of(candidate.descriptor).c_str(), name.c_str(), trouble);
    }
  }
  return true;
}

bool DescriptorReader::is_still_so(const Task& task, const DescriptorRow& row) {
  if (row.kind == DescriptorRow::Kind::untold) return true;  // it is read as it is now anyway
  if (link_.read_link(task.directory, path_of(row.descriptor).c_str()) != 0) return false;
  return link_.text() == (row.kind == DescriptorRow::Kind::ring ? ring_link : row.path);
}

/// Adds what the link `path` of descriptor `name` says; false when the others can't be read either.
bool DescriptorReader::read_link(const Task& task, int at, const char* path, const char* name, Trouble& trouble) {
  const int failed = link_.read_link(at, path);
  if (failed == 0) {
    files_.descriptor(task.directory, name, link_.text());
    return true;
  }
  if (has_ended(failed)) return true;
  trouble.note_files(std::string("fd/") + name, failed);
  // Permission is asked of the process, not of the descriptor: the others would be refused too.
  return failed != EACCES && failed != EPERM;
}

void DescriptorReader::read_links(const Task& task, Trouble& trouble) {
  const Fd fds(::openat(task.directory, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!fds) {
    if (!has_ended(errno)) trouble.note_files("fd", errno);
    return;
  }
  const int error = for_each_entry(fds.get(), entries_, [&](const char* name) {
    if (++findings_.descriptors % clock_interval == 0 && context_.out_of_time()) return false;
    return read_link(task, fds.get(), name, name, trouble);
  });
  if (error != 0 && !has_ended(error)) trouble.note_files("fd", error);
}

}  // namespace guardd::walk
