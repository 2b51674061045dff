// SPDX-License-Identifier: Apache-2.0
#include "client/commands.hpp"
#include "client/fetch.hpp"
#include "client/output.hpp"
#include "client/trust.hpp"

namespace guardd::client {

int policy_show(const Arguments& arguments) {
  const LocalHost local = read_local_host();
  Session session(arguments, local);
  const Fetched fetched = fetch_document(session, arguments, local, "/v1/policy");

  std::string text;
  if (arguments.json) {
    text = json_line(fetched.document);
  } else if (!arguments.quiet) {
    text = fetched.exit_status == 0 ? json_indented(fetched.document)
                                    : render_failure(fetched.document, Style{colour_wanted()});
  }
  return write_out(text) ? fetched.exit_status : exit_status::unknown;
}

}  // namespace guardd::client
