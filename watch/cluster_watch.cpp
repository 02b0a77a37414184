#include "watch/cluster_watch.hpp"

#include "watch/http_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <random>

namespace tallyman::watch {

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
  if (version == answer.end() || !version->is_string())
    return not_one;
  return version->get<std::string>();
}

struct cluster_watch::one_kind {
  one_kind(cluster_watch& of, resource what, const std::string& position, std::uint64_t seed)
      : server(of.who_, of.settings_.http), watcher(std::move(what), of.settings_.options, server,
                                                    of.who_.access(), of.strings_, of.sink_, position, seed) {
  }

  http_client server;
  kind_watcher watcher;
  result<void> ended;
  std::jthread thread; ///< last: it uses all of the above
};

cluster_watch::cluster_watch(api_access access, settings chosen, string_table& strings, watch_sink sink)
    : settings_(std::move(chosen)), strings_(strings), sink_(std::move(sink)), who_(std::move(access)) {
  if (settings_.options.seed == 0)
    settings_.options.seed = std::random_device{}();
}

cluster_watch::~cluster_watch() {
  static_cast<void>(stop());
}

void cluster_watch::start(const position_of& positions, const std::function<void()>& on_failure) {
  auto seed = settings_.options.seed;
  for (const auto& what : settings_.resources) {
    std::string position;
    for (const auto& version : what.versions)
      if (position.empty())
        position = positions(what.kind, version);
    kinds_.push_back(std::make_unique<one_kind>(*this, what, std::move(position), seed += 2));
  }
  for (auto& each : kinds_)
    each->thread = std::jthread{[kind = each.get(), on_failure](const std::stop_token& stop) {
      kind->ended = kind->watcher.run(stop);
      if (!kind->ended)
        on_failure();
    }};
}

result<void> cluster_watch::stop() {
  for (auto& each : kinds_)
    each->thread.request_stop();
  for (auto& each : kinds_)
    if (each->thread.joinable())
      each->thread.join();
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
    total.pages += counts.pages;
    total.watches += counts.watches;
  }
  return total;
}

} // namespace tallyman::watch
