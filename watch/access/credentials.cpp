#include "watch/access/credentials.hpp"

#include "watch/access/small_file.hpp"

namespace tallyman::watch {

namespace {

using namespace std::chrono_literals;

// A rotated token is valid long before the old one ends, so nothing is gained by a look at every request.
constexpr auto token_file_age_max = 10s;
// As of a plugin's whole output.
constexpr std::size_t token_bytes_max = 1 << 20;
// A credential is renewed this long before it expires: the request must still arrive.
constexpr auto renew_before = 30s;

result<std::string> read_token(const std::string& path) {
  auto token = read_small_file(path, token_bytes_max);
  if (!token)
    return error{error_kind::io, "the token file " + token.failure().what};
  token->resize(token->find_last_not_of(" \t\r\n") + 1);
  if (token->empty())
    return error{error_kind::io, path + ": the token file is empty"};
  return token;
}

} // namespace

credentials::credentials(api_access access, plugin_runner run)
    : access_(std::move(access)), run_(std::move(run)) {}

result<identity> credentials::current() {
  const std::lock_guard lock{mutex_};
  if (!access_.plugin.command.empty())
    return from_plugin();
  if (!access_.token.file.empty())
    return from_file();
  return identity{access_.token.text, access_.client_certificate, access_.client_key};
}

result<identity> credentials::from_file() {
  const auto now = std::chrono::steady_clock::now();
  if (known_ && now - read_at_ < token_file_age_max)
    return *known_;
  auto token = read_token(access_.token.file);
  if (!token) {
    // While it is being replaced it may be missing for a moment.
    if (known_)
      return *known_;
    return token.failure();
  }
  read_at_ = now;
  known_ = identity{std::move(*token), access_.client_certificate, access_.client_key};
  return *known_;
}

result<identity> credentials::from_plugin() {
  if (known_ && (!expires_ || std::chrono::system_clock::now() + renew_before < *expires_))
    return *known_;
  auto given = run_(access_.plugin);
  if (!given)
    return given.failure();
  known_ = identity{std::move(given->token), access_.client_certificate, access_.client_key};
  if (!given->certificate.empty()) {
    known_->certificate = {std::move(given->certificate), {}};
    known_->key = {std::move(given->key), {}};
  }
  expires_ = given->expires;
  return *known_;
}

void credentials::refused(const identity& used) {
  const std::lock_guard lock{mutex_};
  if (!known_ || known_->bearer_token != used.bearer_token ||
      known_->certificate.text != used.certificate.text)
    return;
  read_at_ = {};
  if (!access_.plugin.command.empty())
    known_.reset();
}

} // namespace tallyman::watch
