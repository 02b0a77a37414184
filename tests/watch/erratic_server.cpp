#include "watch/erratic_server.hpp"

#include "watch/resource_version.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman::watch::testing {

namespace {

using namespace std::chrono_literals;

constexpr auto look_at_store = 500ms; // how soon a watch sends what has changed
constexpr auto bookmark_pause = 60s;
constexpr std::uint64_t restore_distance_min = 3000;

std::string uid_of(const std::string& name) {
  return fmt::format("00000000-0000-4000-8000-{:012x}", std::hash<std::string>{}(name)&0xffffffffffffULL);
}

std::string value_in(const std::string& query, const std::string& key) {
  const auto at = query.find("&" + key + "=");
  if (at == std::string::npos)
    return {};
  const auto begin = at + key.size() + 2;
  return query.substr(begin, query.find('&', begin) - begin);
}

std::string bookmark_of(const std::string& kind, const std::string& version, bool is_end) {
  return fmt::format(
      R"({{"type":"BOOKMARK","object":{{"kind":"{}","apiVersion":"v1","metadata":{{"resourceVersion":"{}"{}}}}}}})"
      "\n",
      kind, version, is_end ? R"(,"annotations":{"k8s.io/initial-events-end":"true"})" : "");
}

std::string status_of(int code, const std::string& reason, const std::string& message) {
  return fmt::format(
      R"({{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{}","reason":"{}","code":{}}})",
      message, reason, code);
}

} // namespace

erratic_server::erratic_server(pace& time, std::uint64_t seed) : time_(time), random_(seed) {
  for (int i = 0; i != 40; ++i)
    change();
}

// -- the store ----------------------------------------------------------------------------------

std::string erratic_server::json_of(const std::string& kind, const std::string& name,
                                    const object& what) const {
  const auto metadata =
      fmt::format(R"("metadata":{{"name":"{}","uid":"{}","resourceVersion":"{}"{}}})", name,
                  uid_of(kind + name), text_of(what.version), kind == "Pod" ? R"(,"namespace":"shop")" : "");
  if (kind == "Pod")
    return fmt::format(
        R"({{"kind":"Pod","apiVersion":"v1",{},"spec":{{"nodeName":"{}"}},"status":{{"phase":"Running"}}}})",
        metadata, what.value);
  return fmt::format(
      R"({{"kind":"Node","apiVersion":"v1",{},"status":{{"nodeInfo":{{"architecture":"{}","operatingSystem":"linux"}}}}}})",
      metadata, what.value);
}

void erratic_server::change() {
  const std::lock_guard lock{mutex_};
  const std::string kind = random_() % 3 == 0 ? "Node" : "Pod";
  auto& all = now_.kinds[kind];
  const auto name = fmt::format("{}-{}", kind == "Pod" ? "p" : "n", random_() % 20);
  now_.version += 1 + random_() % 20;
  const bool is_new = !all.contains(name);
  auto& what = all[name];
  what.version = now_.version;
  const bool ends = !is_new && random_() % 4 == 0;
  if (!ends)
    what.value = fmt::format("v{}", random_() % 1000);
  events_.push_back({now_.version, kind,
                     fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n",
                                 ends     ? "DELETED"
                                 : is_new ? "ADDED"
                                          : "MODIFIED",
                                 json_of(kind, name, what))});
  if (ends)
    all.erase(name);
  if (events_.size() > 1000)
    events_.pop_front();
  highest_ever_ = std::max(highest_ever_, now_.version);
  if (random_() % 20 == 0)
    snapshots_.push_back(now_);
  if (snapshots_.size() > 40)
    snapshots_.pop_front();
}

void erratic_server::compact() {
  const std::lock_guard lock{mutex_};
  compacted_ = now_.version; // watches that are open have what they need
}

bool erratic_server::restore() {
  const std::lock_guard lock{mutex_};
  if (snapshots_.empty() || snapshots_.front().version + restore_distance_min > highest_ever_)
    return false;
  now_ = snapshots_.front();
  snapshots_.clear();
  compacted_ = now_.version;
  events_.clear();
  ++crash_;
  highest_ever_ = now_.version;
  return true;
}

void erratic_server::feel(mood now) {
  const std::lock_guard lock{mutex_};
  const auto hangs = [](mood any) {
    return any == mood::silent || any == mood::slow || any == mood::no_bookmark;
  };
  if (now == mood::away || now == mood::busy || hangs(mood_))
    ++crash_;
  mood_ = now;
}

std::vector<std::string> erratic_server::objects() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> all;
  for (const auto& [kind, objects] : now_.kinds)
    for (const auto& [name, what] : objects)
      all.push_back(fmt::format("{} {} {}", kind, name, what.value));
  std::sort(all.begin(), all.end());
  return all;
}

std::uint64_t erratic_server::requests() const {
  const std::lock_guard lock{mutex_};
  return requests_;
}

// Two pages: the names up to "-4...", and the others.
std::string erratic_server::list_of(const std::string& kind, const std::string& token, bool in_pages) const {
  std::string items;
  for (const auto& [name, what] : now_.kinds.at(kind))
    if (!in_pages || (name.substr(2) < "5") == token.empty())
      items += (items.empty() ? "" : ",") + json_of(kind, name, what);
  // A list is of one version: what has changed since its first page makes its token too old.
  const auto next = mood_ == mood::circles ? "again" : in_pages && token.empty() ? text_of(now_.version) : "";
  return fmt::format(
      R"({{"kind":"{}List","apiVersion":"v1","metadata":{{"resourceVersion":"{}","continue":"{}"}},"items":[{}]}})",
      kind, text_of(now_.version), next, items);
}

// -- one connection -----------------------------------------------------------------------------

class erratic_server::connection final : public api_connection {
public:
  explicit connection(erratic_server& of) : server_(of) {}

  http_outcome get(const http_request& request, const http_client::head_receiver& on_head,
                   const http_client::body_receiver& on_body, const std::stop_token& stop) override {
    request_ = &request;
    on_head_ = &on_head;
    on_body_ = &on_body;
    stop_ = stop;
    outcome_ = {};
    const auto query = "&" + request.path.substr(request.path.find('?') + 1);
    const std::string kind = request.path.find("/pods") != std::string::npos ? "Pod" : "Node";
    pass(5ms);
    mood now = mood::well;
    {
      const std::lock_guard lock{server_.mutex_};
      ++server_.requests_;
      now = server_.mood_;
      crash_ = server_.crash_;
    }
    answer(now, kind, query);
    return outcome_;
  }

private:
  void answer(mood now, const std::string& kind, const std::string& query) {
    switch (now) {
    case mood::away:
      return end(http_trouble::network, "https://api cannot be reached");
    case mood::busy:
      return whole(503, "text/plain", "no upstream");
    case mood::failing:
      return whole(500, "application/json", status_of(500, "InternalError", "boom"));
    case mood::forgetful:
      return whole(410, "application/json", status_of(410, "Expired", "too old resource version"));
    case mood::refusing:
      return whole(401, "application/json", status_of(401, "Unauthorized", "Unauthorized"));
    case mood::web_page:
      return whole(200, "text/html", "<p>Log in</p>");
    default:
      return value_in(query, "watch").empty() ? list(now, kind, query) : watch(now, kind, query);
    }
  }

  void list(mood now, const std::string& kind, const std::string& query) {
    std::string body;
    bool is_old = false;
    {
      const std::lock_guard lock{server_.mutex_};
      const auto token = value_in(query, "continue");
      is_old = !token.empty() && token != "again" && token != server_.text_of(server_.now_.version);
      body = server_.list_of(kind, token, !value_in(query, "limit").empty());
    }
    if (is_old)
      return whole(410, "application/json", status_of(410, "Expired", "the continue parameter is too old"));
    if (now == mood::error_in_stream)
      body.resize(body.size() / 2);
    if (now == mood::silent)
      return fall_silent();
    whole(200, "application/json", body, now == mood::slow ? 40 : 1);
  }

  void watch(mood now, const std::string& kind, const std::string& query) {
    const auto from = value_in(query, "resourceVersion");
    std::string first;
    std::uint64_t sent = 0;
    {
      const std::lock_guard lock{server_.mutex_};
      if (from.empty()) {
        for (const auto& [name, what] : server_.now_.kinds.at(kind))
          first += fmt::format("{{\"type\":\"ADDED\",\"object\":{}}}\n", server_.json_of(kind, name, what));
        sent = server_.now_.version;
        if (now != mood::no_bookmark)
          first += bookmark_of(kind, server_.text_of(sent), true);
      } else {
        sent = std::stoull(from.substr(server_.prefix_.size()));
      }
      if (!from.empty() && sent < server_.compacted_)
        first = fmt::format("{{\"type\":\"ERROR\",\"object\":{}}}\n",
                            status_of(410, "Expired", "too old resource version"));
    }
    begin(200, "application/json");
    if (now == mood::silent)
      return fall_silent();
    if (now == mood::at_once)
      return;
    if (now == mood::error_in_stream)
      first = fmt::format("{{\"type\":\"ERROR\",\"object\":{}}}\n",
                          status_of(500, "InternalError", fmt::format("request {} failed", sent * 7 % 1000)));
    if (now == mood::backwards)
      first += bookmark_of(kind, server_.prefix_ + "7", false);
    if (!send(first, now == mood::slow ? 40 : 1) || first.find("ERROR") != std::string::npos)
      return;
    follow(now, kind, sent);
  }

  /// Sends what is newer than `sent`, until the server does not want to any more.
  void follow(mood now, const std::string& kind, std::uint64_t sent) {
    const auto began = server_.time_.now();
    auto bookmarked = began;
    while (pass(look_at_store)) {
      std::string bytes;
      {
        const std::lock_guard lock{server_.mutex_};
        if (server_.crash_ != crash_)
          return end(http_trouble::network, "the connection with https://api broke");
        for (const auto& each : server_.events_)
          if (each.version > sent && each.kind == kind)
            bytes += each.line;
        if (!server_.events_.empty())
          sent = std::max(sent, server_.events_.back().version);
        if (server_.time_.now() - bookmarked > bookmark_pause && sent <= server_.now_.version) {
          bytes += bookmark_of(kind, server_.text_of(sent), false);
          bookmarked = server_.time_.now();
        }
      }
      if (!bytes.empty() && !send(bytes, now == mood::slow ? 10 : 1))
        return;
      if (now == mood::cutting && server_.time_.now() - began > 1s)
        return end(http_trouble::network, "the connection with https://api broke");
      if (server_.time_.now() - began > 300s)
        return;
    }
  }

  bool pass(std::chrono::milliseconds time) {
    server_.time_.wait(time, stop_);
    if (stop_.stop_requested())
      end(http_trouble::stopped, "");
    return !stop_.stop_requested();
  }

  void fall_silent() {
    for (auto passed = 0ms; passed < request_->silence_max; passed += look_at_store) {
      if (!pass(look_at_store))
        return;
      const std::lock_guard lock{server_.mutex_};
      if (server_.crash_ != crash_)
        return end(http_trouble::network, "the connection with https://api broke");
    }
    end(http_trouble::silent, "nothing came from https://api for a while");
  }

  void begin(int status, const std::string& type) {
    outcome_.head.status = status;
    outcome_.head.content_type = outcome_.head.content_type_full = type;
    (*on_head_)(outcome_.head);
  }

  bool send(std::string_view bytes, std::size_t pieces) {
    const auto piece = bytes.size() / pieces + 1;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      if (pieces > 1 && !pass(300ms))
        return false;
      if (auto taken = (*on_body_)(bytes.substr(at, piece)); !taken) {
        end(http_trouble::refused, taken.failure().what);
        return false;
      }
    }
    return true;
  }

  void whole(int status, const std::string& type, std::string_view body, std::size_t pieces = 1) {
    begin(status, type);
    send(body, pieces);
  }

  void end(http_trouble how, std::string why) {
    outcome_.trouble = how;
    outcome_.failure = {error_kind::io, std::move(why)};
  }

  erratic_server& server_;
  std::uint64_t crash_ = 0;
  const http_request* request_ = nullptr;
  const http_client::head_receiver* on_head_ = nullptr;
  const http_client::body_receiver* on_body_ = nullptr;
  std::stop_token stop_;
  http_outcome outcome_;
};

connector erratic_server::connect() {
  return [this] { return std::make_unique<connection>(*this); };
}

} // namespace tallyman::watch::testing
