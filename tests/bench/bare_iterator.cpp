// SPDX-License-Identifier: Apache-2.0
// bare_iterator ROUNDS: has the kernel tell every descriptor of every process through a BPF iterator, and throws it
// away. The floor for a look at open files. Prints the milliseconds of each round; what it took to load before is not
// in them. Exits 1 with the reason where it can't be loaded.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "bare_iterator.skel.h"

namespace {

int fail(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc == 2 ? std::atoi(argv[1]) : 5;
  libbpf_set_print(nullptr);
  const std::unique_ptr<bare_iterator, decltype(&bare_iterator::destroy)> program(bare_iterator::open_and_load(),
                                                                                  &bare_iterator::destroy);
  if (!program) return fail("loading the iterator");
  if (bare_iterator::attach(program.get()) != 0) return fail("attaching the iterator");
  std::vector<char> buffer(256 * 1024);
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    const int iterator = bpf_iter_create(bpf_link__fd(program->links.tell_descriptor));
    if (iterator < 0) return fail("starting the iterator");
    ssize_t got = 0;
    while ((got = read(iterator, buffer.data(), buffer.size())) > 0 || (got < 0 && errno == EAGAIN)) {
    }
    if (got < 0) return fail("reading the iterator");
    close(iterator);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::printf("%.2f\n", took.count());
  }
  return 0;
}
