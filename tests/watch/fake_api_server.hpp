#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tallyman::watch::testing {

struct fake_request {
  std::string target; ///< path and query
  std::string path;
  std::map<std::string, std::string> query;   ///< not decoded
  std::map<std::string, std::string> headers; ///< names in lower case

  bool has(const std::string& key) const { return query.contains(key); }
  std::string at(const std::string& key) const {
    const auto found = query.find(key);
    return found == query.end() ? std::string{} : found->second;
  }
  bool is_watch() const { return at("watch") == "1"; }
};

/// One request's connection: answers as rightly or as wrongly as a test wants.
class fake_connection {
public:
  explicit fake_connection(int socket, const std::atomic<bool>& stopping)
      : socket_(socket), stopping_(stopping) {}

  /// A whole answer.
  void answer(int status, std::string_view content_type, std::string_view body,
              std::string_view more_headers = "");
  /// The head of an answer of unknown length; the connection's end ends it.
  void begin(int status, std::string_view content_type);
  /// Bytes as they are.
  void send(std::string_view bytes);
  /// Waits until the client has gone, the server stops, or this time is over.
  void linger(int ms);
  void close() { keep_ = false; }
  /// `bytes` again and again, with so much time in between, until the client has gone or the server stops.
  void send_without_end(std::string_view bytes, int pause_ms = 0);

  bool keep() const noexcept { return keep_; }

private:
  int socket_;
  const std::atomic<bool>& stopping_;
  bool keep_ = true;
};

/// An HTTP server on loopback that does to every request what the test says. Thread-safe.
class fake_api_server {
public:
  using handler = std::function<void(const fake_request&, fake_connection&)>;

  explicit fake_api_server(handler handle);
  ~fake_api_server();
  fake_api_server(const fake_api_server&) = delete;
  fake_api_server& operator=(const fake_api_server&) = delete;

  std::string url() const;
  /// The targets of all requests so far.
  std::vector<std::string> requests() const;

private:
  void accept_all();
  void serve(int socket);

  handler handle_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::list<std::thread> connections_;
  std::thread acceptor_;
};

} // namespace tallyman::watch::testing
