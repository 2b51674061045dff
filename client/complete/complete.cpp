// SPDX-License-Identifier: Apache-2.0
// `guardctl complete -- WORD...`, which completions/ asks at every press of the tabulator: a first line that says what
// the shell is to add itself ("words": nothing), then one word a line, a tabulator, and what it means.
#include "client/commands.hpp"
#include "client/complete/completion.hpp"
#include "client/complete/host_words.hpp"
#include "client/output.hpp"
#include "client/trust.hpp"

namespace guardd::client {
namespace {

std::string first_line(const Completion& completion) {
  switch (completion.shell) {
    case ShellPart::none:
      return "words\n";
    case ShellPart::files:
      return "files\n";
    case ShellPart::directories:
      return "directories\n";
    case ShellPart::command:
      return "command " + std::to_string(completion.command_at) + "\n";
  }
  return "words\n";
}

}  // namespace

int complete(const Arguments& arguments) {
  const Completion completion = complete_words(arguments.rest, words_of_this_host);
  std::string text = first_line(completion);
  for (const Candidate& one : completion.candidates) text += one.word + "\t" + one.description + "\n";
  return write_out(text) ? 0 : exit_status::unknown;
}

}  // namespace guardd::client
