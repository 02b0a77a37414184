#include "watch/fake_api_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <chrono>
#include <sstream>
#include <stdexcept>

namespace tallyman::watch::testing {

namespace {

bool readable(int socket, int ms) {
  pollfd watched{socket, POLLIN, 0};
  return ::poll(&watched, 1, ms) > 0;
}

fake_request parse(const std::string& text) {
  fake_request request;
  std::istringstream in{text};
  std::string method;
  in >> method >> request.target;
  const auto mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark != std::string::npos) {
    std::istringstream terms{request.target.substr(mark + 1)};
    for (std::string term; std::getline(terms, term, '&');)
      request.query[term.substr(0, term.find('='))] =
          term.find('=') == std::string::npos ? "" : term.substr(term.find('=') + 1);
  }
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line) && line.size() > 1) {
    const auto colon = line.find(": ");
    auto name = line.substr(0, colon);
    for (auto& c : name)
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    request.headers[name] = line.substr(colon + 2, line.size() - colon - 3);
  }
  return request;
}

} // namespace

void fake_connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      keep_ = false;
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void fake_connection::send_without_end(std::string_view bytes, int pause_ms) {
  keep_ = true;
  while (keep_ && !stopping_) {
    send(bytes);
    std::this_thread::sleep_for(std::chrono::milliseconds{pause_ms});
  }
}

void fake_connection::answer(int status, std::string_view content_type, std::string_view body,
                             std::string_view more_headers) {
  send(fmt::format("HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n{}", status,
                   content_type, body.size(), more_headers, body));
}

void fake_connection::begin(int status, std::string_view content_type) {
  send(fmt::format("HTTP/1.1 {} X\r\nContent-Type: {}\r\nConnection: close\r\n\r\n", status, content_type));
  keep_ = false;
}

void fake_connection::linger(int ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{ms};
  while (!stopping_ && std::chrono::steady_clock::now() < end)
    if (readable(socket_, 10)) {
      char ignored = 0;
      if (::recv(socket_, &ignored, 1, MSG_PEEK) <= 0)
        return;
    }
}

fake_api_server::fake_api_server(handler handle) : handle_(std::move(handle)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &size) != 0)
    throw std::runtime_error{"no socket on loopback"};
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

fake_api_server::~fake_api_server() {
  stopping_ = true;
  acceptor_.join();
  for (auto& each : connections_)
    each.join();
  ::close(listener_);
}

std::string fake_api_server::url() const {
  return fmt::format("http://127.0.0.1:{}", port_);
}

std::vector<std::string> fake_api_server::requests() const {
  const std::lock_guard lock{mutex_};
  return requests_;
}

void fake_api_server::accept_all() {
  while (!stopping_)
    if (readable(listener_, 10)) {
      const auto socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket >= 0)
        connections_.emplace_back([this, socket] { serve(socket); });
    }
}

void fake_api_server::serve(int socket) {
  fake_connection connection{socket, stopping_};
  std::string text;
  while (connection.keep() && !stopping_) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string::npos) {
      char bytes[4096];
      if (!readable(socket, 10))
        continue;
      const auto got = ::recv(socket, bytes, sizeof bytes, 0);
      if (got <= 0)
        break;
      text.append(bytes, static_cast<std::size_t>(got));
      continue;
    }
    const auto request = parse(text.substr(0, end + 2));
    text.erase(0, end + 4);
    {
      const std::lock_guard lock{mutex_};
      requests_.push_back(request.target);
    }
    handle_(request, connection);
  }
  ::close(socket);
}

} // namespace tallyman::watch::testing
