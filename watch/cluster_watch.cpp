#include "watch/cluster_watch.hpp"

#include "watch/access/http_text.hpp"
#include "watch/version_question.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <random>

namespace tallyman::watch {

namespace {

constexpr auto retry_all_pause = std::chrono::seconds{1};

}

result<std::string> greet(const api_access& access, const http_client::options& options) {
  if (access.skip_verify && !options.insecure_skip_tls_verify)
    return error{error_kind::usage,
                 fmt::format("{} has insecure-skip-tls-verify, which is obeyed only together with the option "
                             "--insecure-skip-tls-verify; better: give it a certificate-authority",
                             access.source)};
  credentials who{access};
  http_client server{who, options};
  const error not_one{
      error_kind::io,
      fmt::format("{} does not answer as a Kubernetes API server does; check the server in {}", access.server,
                  access.source)};
  constexpr std::size_t body_bytes_max = 64 << 10;
  std::string body;
  http_request request;
  request.path = "/version";
  request.accept = json_type;
  request.time_max = std::chrono::seconds{60};
  const auto outcome = server.get(
      request, [](const http_head&) {},
      [&](std::string_view bytes) -> result<void> {
        return append_bounded(body, bytes, body_bytes_max) ? result<void>{} : result<void>{not_one};
      },
      {});
  if (const auto how = judge(outcome, body, "ask", "version", access);
      how.what != verdict::ok && how.what != verdict::not_allowed) {
    const auto kind = outcome.trouble == http_trouble::identity_ ? outcome.failure.kind : error_kind::io;
    return error{kind, outcome.trouble == http_trouble::none ? how.why : outcome.failure.what};
  }
  if (outcome.head.status != 200)
    return std::string{"unknown"}; // no right to ask
  const auto answer = nlohmann::json::parse(body, nullptr, false);
  const auto version = answer.is_object() ? answer.find("gitVersion") : answer.end();
  if (outcome.head.content_type == "text/html")
    return error{
        error_kind::io,
        fmt::format("{} answers with a web page, as a login or a gateway does, and not as a Kubernetes "
                    "API server; check the server in {}",
                    access.server, access.source)};
  if (version == answer.end() || !version->is_string())
    return not_one;
  return version->get<std::string>();
}

struct cluster_watch::one_kind {
  one_kind(const watch_context& with, resource what, const std::string& position, std::uint64_t seed)
      : watcher(std::move(what), with, position, seed) {}

  kind_watcher watcher;
  result<void> ended;
  std::jthread thread; ///< last: it uses all of the above
};

namespace {

watch_options with_seed(watch_options options) {
  if (options.seed == 0)
    options.seed = std::random_device{}();
  return options;
}

} // namespace

cluster_watch::cluster_watch(api_access access, settings chosen, string_table& strings, watch_sink sink,
                             pace& time)
    : settings_{std::move(chosen.resources), with_seed(std::move(chosen.options)), chosen.http,
                std::move(chosen.connect)},
      strings_(strings), sink_(std::move(sink)), time_(time), who_(std::move(access)),
      troubles_(sink_, time_, who_.access().server), versions_(settings_.options, time_, troubles_) {
  if (!settings_.connect)
    settings_.connect = connect_over_http(who_, settings_.http);
}

watch_context cluster_watch::context() {
  return {settings_.options, who_.access(),          strings_, sink_, time_, troubles_, versions_,
          settings_.connect, [this] { retry_all(); }};
}

cluster_watch::~cluster_watch() {
  static_cast<void>(stop());
}

void cluster_watch::start(const position_of& positions, const std::function<void()>& on_failure) {
  constexpr std::uint64_t seeds_of_kind = 1000; // one for each namespace
  auto seed = settings_.options.seed;
  for (const auto& what : settings_.resources) {
    std::string position;
    for (const auto& version : what.versions)
      if (position.empty())
        position = positions(what.kind, version);
    kinds_.push_back(std::make_unique<one_kind>(context(), what, position, seed += seeds_of_kind));
  }
  for (auto& each : kinds_)
    each->thread = std::jthread{[kind = each.get(), on_failure](const std::stop_token& stop) {
      kind->ended = kind->watcher.run(stop);
      if (!kind->ended)
        on_failure();
    }};
  asks_version_ = context().connect();
  guard_ = std::jthread{[this](const std::stop_token& stop) {
    versions_.run(
        stop, [this](const std::stop_token& asked) { return present_version(asked); },
        [this] {
          for (auto& each : kinds_)
            each->watcher.begin_epoch();
        });
  }};
}

// One kind will do: all built-in ones are in one store. Each is asked for in its turn, so that none of them
// has to work.
std::string cluster_watch::present_version(const std::stop_token& stop) {
  for (std::size_t i = 0; i != kinds_.size(); ++i) {
    auto& kind = *kinds_[next_asked_++ % kinds_.size()];
    const auto path = kind.watcher.readable_path();
    if (path.empty())
      continue;
    return ask_for_version(*asks_version_, strings_, path, settings_.options, stop);
  }
  return {};
}

// A server that comes and goes must not make all kinds ask as often.
void cluster_watch::retry_all() {
  {
    const std::lock_guard lock{retry_mutex_};
    const auto now = time_.now();
    if (now - retried_at_ < retry_all_pause)
      return;
    retried_at_ = now;
  }
  for (auto& each : kinds_)
    each->watcher.retry_now();
}

result<void> cluster_watch::stop() {
  guard_.request_stop();
  for (auto& each : kinds_)
    each->thread.request_stop();
  for (auto& each : kinds_)
    if (each->thread.joinable())
      each->thread.join();
  if (guard_.joinable())
    guard_.join();
  for (const auto& each : kinds_)
    if (!each->ended)
      return each->ended;
  return {};
}

kube::counters cluster_watch::seen() {
  kube::counters total;
  for (auto& each : kinds_)
    kube::add(total, each->watcher.seen());
  return total;
}

watch_counts cluster_watch::counts() const {
  watch_counts total;
  for (const auto& each : kinds_) {
    const auto counts = each->watcher.counts();
    total.lists += counts.lists;
    total.lists_end += counts.lists_end;
    total.pages += counts.pages;
    total.watches += counts.watches;
  }
  return total;
}

} // namespace tallyman::watch
