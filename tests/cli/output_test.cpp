#include "views/output.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>

using namespace tallyman;

TEST_CASE("output to a reader that went away is dropped, and is no error") {
  std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  ::close(pipe[0]);
  output out{pipe[1]};
  out.write("anything");
  CHECK(out.flush().ok());
  CHECK(out.closed());
  out.write("more");
  CHECK(out.flush().ok());
  ::close(pipe[1]);
}

TEST_CASE("a full disk under the output is an error that stays") {
  const auto full = ::open("/dev/full", O_WRONLY);
  REQUIRE(full >= 0);
  output out{full};
  out.write("anything");
  const auto first = out.flush();
  REQUIRE_FALSE(first.ok());
  CHECK(first.failure().kind == error_kind::io);
  CHECK_FALSE(out.flush().ok());
  ::close(full);
}
