#pragma once

#include "watch/api_connection.hpp"
#include "watch/pace.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace tallyman::watch::testing {

/// How an erratic server answers for a while.
enum class mood : std::uint8_t {
  well,
  away,            ///< no connection
  busy,            ///< 503 without a Status
  failing,         ///< 500
  forgetful,       ///< 410 to everything
  refusing,        ///< 401
  web_page,        ///< 200 and HTML
  error_in_stream, ///< ERROR events, with a text that differs each time; lists break off
  at_once,         ///< watches end at once
  cutting,         ///< watches are cut after a second
  silent,          ///< says nothing more
  backwards,       ///< a bookmark far below the position
  circles,         ///< lists have no last page
  slow,            ///< a byte now and then
  no_bookmark,     ///< initial events do not end
  last = no_bookmark,
};

/// An API server of pods and nodes that changes all the time, in virtual time, and whose misbehaviour is
/// drawn from a seed. Its store can be compacted, and restored from an older snapshot. Thread-safe.
class erratic_server {
public:
  erratic_server(pace& time, std::uint64_t seed);

  connector connect();

  void feel(mood now);
  void change();  ///< one object, at random
  void compact(); ///< versions up to the present one are too old from now on
  bool restore(); ///< false if there is no snapshot that is old enough
  void use_numbers_of(std::string prefix) { prefix_ = std::move(prefix); } ///< "9999...": makes them longer

  /// "Pod name node" and "Node name architecture" of all objects, sorted.
  std::vector<std::string> objects() const;
  std::uint64_t requests() const;

private:
  class connection;
  struct object {
    std::string value;
    std::uint64_t version = 0;
  };
  struct event {
    std::uint64_t version = 0;
    std::string kind;
    std::string line; ///< as a watch sends it
  };
  using objects_by_name = std::map<std::string, object>;
  struct store {
    std::uint64_t version = 1000;
    std::map<std::string, objects_by_name> kinds{{"Pod", {}}, {"Node", {}}};
  };

  std::string text_of(std::uint64_t version) const { return prefix_ + std::to_string(version); }
  std::string json_of(const std::string& kind, const std::string& name, const object& what) const;
  std::string list_of(const std::string& kind, const std::string& token, bool in_pages) const;

  pace& time_;
  mutable std::mutex mutex_; ///< guards all below
  std::mt19937_64 random_;
  std::string prefix_;
  mood mood_ = mood::well;
  store now_;
  std::deque<store> snapshots_;
  std::deque<event> events_;
  std::uint64_t highest_ever_ = 0;
  std::uint64_t compacted_ = 0;
  std::uint64_t crash_ = 0; ///< grows when all connections break
  std::uint64_t requests_ = 0;
};

} // namespace tallyman::watch::testing
