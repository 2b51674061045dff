// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/outcome.hpp"

#include <catch2/catch.hpp>
#include <csignal>

#include "daemon/worker/worker_main.hpp"

using guardd::judge;
using guardd::longest_message;
using guardd::WorkerEnd;
using nlohmann::json;

namespace {

constexpr int exited(int status) { return status << 8; }

WorkerEnd good() { return {json::to_cbor({{"ok", {{"x", 1}}}}), exited(0), {}}; }

}  // namespace

TEST_CASE("a worker that ended in order has an output") {
  const auto output = judge(good());
  REQUIRE(output.ok());
  CHECK(*output == json{{"x", 1}});
}

TEST_CASE("a good document counts for nothing unless the worker ended in order") {
  WorkerEnd late = good();
  late.failure = "no answer within 5 ms";
  CHECK(judge(late).error().message == "no answer within 5 ms");
  WorkerEnd lost = good();
  lost.status.reset();
  CHECK(judge(lost).error().code == "lost");
  WorkerEnd failed = good();
  failed.status = exited(3);
  CHECK(judge(failed).error().message == "worker ended with status 3");
  WorkerEnd killed = good();
  killed.status = SIGSEGV;
  CHECK(judge(killed).error().message == "worker ended by SIGSEGV");
}

TEST_CASE("what the worker says of its failure is told as it is, and not at length: the wire makes it safe") {
  WorkerEnd end = good();
  end.output = json::to_cbor({{"error", "bad \x1b[2J"}});
  CHECK(judge(end).error().code == "failed");
  CHECK(judge(end).error().message == "bad \x1b[2J");
  end.output = json::to_cbor({{"error", std::string(longest_message + 1, 'x')}});
  CHECK(judge(end).error().message.size() == longest_message);
  end.output = json::to_cbor({{"error", 7}});
  CHECK(judge(end).error().code == "failed");
}

TEST_CASE("a document that is no answer is malformed") {
  for (const json& document :
       {json(1), json::array(), json::object(), json{{"okay", 1}}, json{{"ok", 1}, {"error", "x"}}}) {
    WorkerEnd end = good();
    end.output = json::to_cbor(document);
    CHECK(judge(end).error().code == "malformed");
  }
}
