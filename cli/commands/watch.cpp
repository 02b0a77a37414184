#include "cli/commands/commands.hpp"
#include "cli/commands/ingest_summary.hpp"
#include "cli/session.hpp"
#include "cli/shortage.hpp"
#include "cli/stop_signal.hpp"
#include "cli/terminal/complain.hpp"
#include "cli/terminal/table.hpp"
#include "cli/wake_event.hpp"
#include "cli/writer_arguments.hpp"
#include "watch/access/kubeconfig.hpp"
#include "watch/cluster_watch.hpp"
#include "watch/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <mutex>
#include <utility>

namespace tallyman::cli {

namespace {

struct watch_arguments {
  cluster_arguments cluster;
  writer_arguments writer;
  std::string kubeconfig;
  std::string context;
  std::vector<std::string> kinds;
  std::string encoding = "protobuf";
  bool insecure = false;
  bool no_streamed_lists = false;
  watch::watch_options options;
};

result<std::vector<watch::resource>> resources_of(const std::vector<std::string>& names) {
  if (names.empty())
    return watch::built_in_resources();
  std::vector<watch::resource> chosen;
  for (const auto& name : names) {
    auto parsed = watch::parse_resource(name);
    if (!parsed)
      return parsed.failure();
    const auto is_same = [&](const watch::resource& other) {
      return other.plural == parsed->plural && other.versions == parsed->versions;
    };
    if (std::none_of(chosen.begin(), chosen.end(), is_same))
      chosen.push_back(std::move(*parsed));
  }
  return chosen;
}

result<watch::cluster_watch::settings> settings_of(const watch_arguments& arguments) {
  auto resources = resources_of(arguments.kinds);
  if (!resources)
    return resources.failure();
  watch::cluster_watch::settings settings;
  settings.resources = std::move(*resources);
  settings.options = arguments.options;
  settings.options.use_protobuf = arguments.encoding == "protobuf";
  settings.options.stream_lists = !arguments.no_streamed_lists;
  settings.http.insecure_skip_tls_verify = arguments.insecure;
  for (const auto& each : arguments.options.namespaces)
    if (std::count(arguments.options.namespaces_ignored.begin(), arguments.options.namespaces_ignored.end(),
                   each) > 0)
      return error{error_kind::usage, fmt::format("namespace {} is both wanted and ignored", each)};
  return settings;
}

bool watches_pods(const std::vector<watch::resource>& resources) {
  return std::any_of(resources.begin(), resources.end(),
                     [](const watch::resource& each) { return each.kind == "Pod" && each.is_built_in; });
}

/// Lines that several threads write.
class told_lines {
public:
  explicit told_lines(output& out) : out_(out) {}

  void report(const std::string& line) {
    const std::lock_guard lock{mutex_};
    out_.write(line + '\n');
    static_cast<void>(out_.flush());
  }

private:
  std::mutex mutex_; // guards: out_
  output& out_;
};

using position_map = std::map<std::pair<std::string, std::string>, std::string>; ///< by kind and apiVersion

// A copy of the positions alone: a view is a copy of the whole state, which must not live as long as a watch.
result<position_map> positions_in(tallyman::cluster& cluster) {
  const auto view = cluster.view();
  if (!view)
    return view.failure();
  const auto& state = (*view)->state;
  position_map positions;
  for (const auto& [what, position] : state.positions.by_kind())
    positions[{std::string{state.strings->text(what.name)},
               std::string{state.strings->text(what.api_version)}}] = position.resource_version;
  return positions;
}

result<void> follow(tallyman::cluster& cluster, watch::api_access access,
                    watch::cluster_watch::settings settings, const stop_signal& stop, output& out) {
  const auto started = std::chrono::steady_clock::now();
  told_lines told{out};
  const watch::watch_sink sink{[&cluster](observations seen) { return cluster.submit(std::move(seen)); },
                               complain, [&told](const std::string& line) { told.report(line); }};
  watch::cluster_watch watching{std::move(access), std::move(settings), cluster.strings(), sink};
  const auto positions = positions_in(cluster);
  if (!positions)
    return positions.failure();
  const auto position_of = [&](std::string_view kind, std::string_view api_version) {
    const auto found = positions->find({std::string{kind}, std::string{api_version}});
    return found == positions->end() ? std::string{} : found->second;
  };
  const wake_event failed;
  watching.start(position_of, [&failed] { failed.set(); });
  stop.wait_readable(failed.descriptor());
  if (auto stopped = watching.stop(); !stopped)
    return stopped;
  if (auto drained = cluster.drain(); !drained)
    return drained;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
  const auto asked = watching.counts();
  auto seen = watching.seen();
  seen.lists = asked.lists_end; // whole ones, as below, and not pages
  const auto summary = summarise(cluster, seen, elapsed.count());
  if (!summary)
    return summary.failure();
  out.write(text_of(*summary));
  out.write(fmt::format("asked the API server for {} ({}) and {}\n", counted(asked.lists, "list", "lists"),
                        counted(asked.pages, "page", "pages"), counted(asked.watches, "watch", "watches")));
  return {};
}

/// The journal's and the console's, and two connections for each kind in each namespace.
std::uint64_t descriptors_of(const watch::cluster_watch::settings& settings) {
  constexpr std::uint64_t besides = 64;
  const auto scopes = std::max<std::size_t>(settings.options.namespaces.size(), 1);
  return besides + 2 * settings.resources.size() * scopes;
}

result<exit_code> run(const watch_arguments& arguments, output& out) {
  auto options = arguments.writer.options();
  if (!options)
    return options.failure();
  auto settings = settings_of(arguments);
  if (!settings)
    return settings.failure();
  if (auto allowed = allow_descriptors(descriptors_of(*settings)); !allowed)
    return allowed.failure();
  auto access = watch::find_access(arguments.kubeconfig, arguments.context);
  if (!access)
    return access.failure();
  const auto version = watch::greet(*access, settings->http);
  if (!version)
    return version.failure();
  {
    watch::credentials who{*access};
    if (auto found = watch::look_up(settings->resources, who, settings->http); !found)
      return found.failure();
  }
  out.write(fmt::format("watching {} (Kubernetes {})\n", access->server, *version));
  if (!watches_pods(settings->resources))
    out.write("pods are not among --kinds: what runs is not tallied\n");
  if (auto told = out.flush(); !told) // now, also to a file or a pipe
    return told.failure();
  const stop_signal stop;
  auto opened = session::open(arguments.cluster, std::move(*options));
  if (!opened)
    return opened.failure();
  auto& cluster = (*opened)->cluster();
  const auto done = follow(cluster, std::move(*access), std::move(*settings), stop, out);
  const auto closed = cluster.close();
  if (!done)
    return done.failure();
  if (!closed)
    return closed.failure();
  return stop.received() == SIGINT ? exit_code::interrupted : exit_code::terminated;
}

void add_server_options(const subcommand& to, watch_arguments& arguments) {
  to.add_option("--kubeconfig", arguments.kubeconfig,
                "The kubeconfig; unless given: KUBECONFIG, a pod's service account, ~/.kube/config")
      .type_name("FILE");
  to.add_option("--context", arguments.context, "Context of the kubeconfig; the current one unless given")
      .type_name("NAME");
  to.add_option("--encoding", arguments.encoding, "How built-in kinds are asked for")
      .one_of({"protobuf", "json"});
  to.add_flag("--no-streamed-lists", arguments.no_streamed_lists,
              "Always list in pages, even where the server could stream its objects (Kubernetes 1.27)");
  to.add_flag("--insecure-skip-tls-verify", arguments.insecure,
              "Trust whoever answers at the server's address. Who can get in between can then read the "
              "credentials and invent the cluster");
}

void add_scope_options(const subcommand& to, watch_arguments& arguments) {
  auto& options = arguments.options;
  to.add_option("--kinds", arguments.kinds,
                "Kinds to watch instead of all built-in ones, by their plural; a custom one as "
                "PLURAL.VERSION.GROUP=KIND")
      .comma_separated()
      .type_name("KIND");
  to.add_option("--namespace", options.namespaces, "Only what is in these namespaces")
      .comma_separated()
      .type_name("NAME");
  to.add_option("--ignore-namespace", options.namespaces_ignored, "Nothing that is in these namespaces")
      .comma_separated()
      .type_name("NAME");
  to.add_option("--pod-labels", options.pod_labels, "A label selector for pods").type_name("SELECTOR");
  to.add_option("--pod-fields", options.pod_fields, "A field selector for pods").type_name("SELECTOR");
}

} // namespace

void add_watch(const subcommand& to) {
  auto arguments = std::make_shared<watch_arguments>();
  const auto self = to.add_subcommand("watch", "Keep the tally of a cluster in step with its API server");
  add_cluster_arguments(self, arguments->cluster);
  add_writer_arguments(self, arguments->writer);
  add_server_options(self, *arguments);
  add_scope_options(self, *arguments);
  self.footer(
      "Runs until SIGINT or SIGTERM. A restart goes on where the journal ends, without a list of objects if\n"
      "the API server still has the events since then. Kinds that may not be read are left out; what is\n"
      "wrong with the server or the network is tried again for ever.");
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
