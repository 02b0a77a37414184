#include "actors/flow_gate.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using tallyman::error;
using tallyman::error_kind;
using tallyman::flow_gate;

TEST_CASE("a source waits while too much is under way") {
  flow_gate gate{100};
  REQUIRE(gate.acquire(60).ok());
  REQUIRE(gate.acquire(40).ok());
  std::atomic<bool> entered{false};
  std::thread source{[&] { entered = gate.acquire(1).ok(); }};
  std::this_thread::sleep_for(std::chrono::milliseconds{20});
  CHECK_FALSE(entered);
  gate.release(40);
  source.join();
  CHECK(entered);
}

TEST_CASE("a request over the whole bound gets through once it is alone") {
  flow_gate gate{100};
  REQUIRE(gate.acquire(1).ok());
  std::atomic<bool> entered{false};
  std::thread source{[&] { entered = gate.acquire(1000).ok(); }};
  std::this_thread::sleep_for(std::chrono::milliseconds{20});
  CHECK_FALSE(entered);
  gate.release(1);
  source.join();
  CHECK(entered);
}

TEST_CASE("a failure wakes whoever waits and keeps everyone else out") {
  flow_gate gate{10};
  REQUIRE(gate.acquire(10).ok());
  std::atomic<bool> refused{false};
  std::thread source{[&] { refused = !gate.acquire(10).ok(); }};
  gate.fail(error{error_kind::io, "the disk is gone"});
  gate.fail(error{error_kind::io, "a later trouble"});
  source.join();
  CHECK(refused);
  CHECK(gate.wait_idle().failure().what == "the disk is gone");
}

TEST_CASE("the system's own work is waited for but never waits") {
  flow_gate gate{10};
  REQUIRE(gate.acquire(10).ok());
  gate.hold(5);
  gate.release(10);
  std::atomic<bool> idle{false};
  std::thread waiter{[&] { idle = gate.wait_idle().ok(); }};
  std::this_thread::sleep_for(std::chrono::milliseconds{20});
  CHECK_FALSE(idle);
  gate.release(5);
  waiter.join();
  CHECK(idle);
}
