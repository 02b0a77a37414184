#include "watch/hand_set_pace.hpp"
#include "watch/resource_version.hpp"
#include "watch/trouble_log.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <string>
#include <vector>

using namespace tallyman;
using namespace tallyman::watch;
using namespace tallyman::watch::testing;
using namespace std::chrono_literals;

namespace {

struct told {
  told() {
    sink.complain = sink.report = [this](const std::string& line) { lines.push_back(line); };
  }
  std::vector<std::string> take() { return std::exchange(lines, {}); }

  std::vector<std::string> lines;
  watch_sink sink;
  hand_set_pace time;
  trouble_log log{sink, time, "https://api"};
};

using lines = std::vector<std::string>;

judgement of_server(const std::string& why) {
  judgement how{verdict::broken, why, {}};
  how.of_server = true;
  return how;
}

const std::vector<std::string> kinds{"pods", "nodes", "jobs"};

} // namespace

TEST_CASE("an outage of the server is one line for all kinds, and one when the last of them works") {
  told to;
  for (int i = 0; i != 20; ++i) {
    for (const auto& each : kinds)
      to.log.failed(each, of_server("https://api cannot be reached"), false);
    to.time.go_on(3s);
  }
  CHECK(to.take() == lines{"https://api cannot be reached"});
  CHECK(to.log.worked("pods"));
  CHECK(to.log.worked("nodes"));
  CHECK(to.take().empty());
  CHECK(to.log.worked("jobs"));
  CHECK_FALSE(to.log.worked("jobs"));
  CHECK(to.take() == lines{"https://api works again"});
}

TEST_CASE("a server that says something else on its way up is told so only if it goes on") {
  told to;
  to.log.failed("pods", of_server("down"), false);
  auto refuses = of_server("does not accept the credentials");
  refuses.status = 401;
  to.log.failed("pods", refuses, false);
  CHECK(to.take() == lines{"down"});
  to.time.go_on(31s);
  to.log.failed("pods", refuses, false);
  CHECK(to.take() == lines{"does not accept the credentials"});
  to.log.worked("pods");
  CHECK(to.take() == lines{"https://api works again"});
}

TEST_CASE("a text with a varying number or name in it is the same trouble") {
  told to;
  for (int i = 0; i != 50; ++i)
    to.log.failed(
        "pods", {verdict::broken, fmt::format("request {} of \"u{}\" failed at 0x{:x}", i, i, i), {}}, false);
  CHECK(to.take() == lines{"pods: request 0 of \"u0\" failed at 0x0"});
  to.log.failed("pods", {verdict::broken, "something else", {}}, false);
  CHECK(to.take() == lines{"pods: something else"});
}

TEST_CASE("trouble that comes and goes for days is told ever more rarely, and no end without a beginning") {
  told to;
  int beginnings = 0;
  for (auto passed = 0min; passed < 48h; passed += 2min) {
    to.log.failed("pods", of_server("down"), false);
    to.time.go_on(1min);
    to.log.worked("pods");
    to.time.go_on(1min);
  }
  for (const auto& line : to.take())
    beginnings += line == "down" ? 1 : -1;
  CHECK(beginnings == 0);
  for (auto passed = 0min; passed < 48h; passed += 2min) {
    to.log.failed("nodes", {verdict::broken, "half a list", {}}, false);
    to.log.worked("nodes");
    to.time.go_on(2min);
  }
  // 10, 20, 40 minutes, then once an hour.
  CHECK(to.lines.size() >= 2 * 45);
  CHECK(to.lines.size() <= 2 * 51);
}

TEST_CASE("however many sorts of trouble there are, few are remembered") {
  told to;
  std::string what;
  for (int i = 0; i != 2000; ++i) {
    what = std::string(static_cast<std::size_t>(i % 40 + 1), 'a') +
           std::string(static_cast<std::size_t>(i / 40), 'b');
    to.log.failed("pods", {verdict::broken, what, {}}, false);
  }
  CHECK(to.lines.size() <= 257);
}

TEST_CASE("resourceVersions are compared as numbers of any length, and only if they are numbers") {
  CHECK(is_lower("9", "10"));
  CHECK_FALSE(is_lower("10", "9"));
  CHECK_FALSE(is_lower("10", "10"));
  CHECK_FALSE(is_lower("010", "10"));
  CHECK(is_lower("0", "1"));
  CHECK_FALSE(is_lower("000", "0"));
  CHECK(is_lower("99999999999999999999999999", "100000000000000000000000000"));
  CHECK_FALSE(is_lower("", "1"));
  CHECK_FALSE(is_lower("-1", "1"));
  CHECK_FALSE(is_lower("1e3", "2000"));
  CHECK(lowest({"12", "9", "10"}) == "9");
  CHECK(lowest({"x", "x"}) == "x");
  CHECK(lowest({"x", "9"}).empty());
  CHECK(lowest({}).empty());
}
