#include "cli/writer_arguments.hpp"

#include "journal/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tallyman::cli {

namespace {

constexpr std::size_t followed_max = 64;
constexpr std::string_view follow_none = "none";

// As Kubernetes names kinds and groups: https://kubernetes.io/docs/reference/using-api/api-concepts/
std::string why_not_followed(const std::string& text) {
  constexpr std::size_t kind_bytes_max = 63, group_bytes_max = 253;
  if (text == follow_none)
    return {};
  if (text == "Pod" || text == "Node")
    return text + " cannot be followed: what stands in the middle of a chain must be a workload";
  const auto dot = std::min(text.find('.'), text.size());
  const auto kind = text.substr(0, dot), group = text.substr(std::min(dot + 1, text.size()));
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool is_kind =
      !kind.empty() && kind.size() <= kind_bytes_max && is_letter(kind.front()) &&
      std::all_of(kind.begin(), kind.end(), [&](char c) { return is_letter(c) || is_digit(c); });
  const bool is_group = (dot == text.size() || !group.empty()) && group.size() <= group_bytes_max &&
                        std::all_of(group.begin(), group.end(), [&](char c) {
                          return (c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '-';
                        });
  return is_kind && is_group ? std::string{}
                             : "wants KIND.GROUP as objects name them, such as Workflow.argoproj.io, or none";
}

} // namespace

result<cluster_options> writer_arguments::options() const {
  cluster_options options;
  options.name = name;
  options.create = true;
  options.snapshot_every = snapshot_every;
  options.keep = keep.limits();
  if (followed.size() > followed_max)
    return error{error_kind::usage,
                 fmt::format("--follow names {} kinds, and can name {}", followed.size(), followed_max)};
  if (!followed.empty())
    options.followed = followed;
  if (followed.size() == 1 && followed.front() == follow_none)
    options.followed->clear();
  else if (std::find(followed.begin(), followed.end(), follow_none) != followed.end())
    return error{error_kind::usage, "--follow none stands alone"};
  if (options.keep.any() && options.snapshot_every == 0)
    return error{error_kind::usage,
                 "history can only be given up up to a snapshot: --keep-days and --keep-size "
                 "need --snapshot-every to be more than 0"};
  return options;
}

void add_writer_arguments(const subcommand& to, writer_arguments& arguments) {
  to.add_option("--cluster", arguments.name,
                "Name of the cluster: written down in a new journal, checked against an old one")
      .name(journal::cluster_bytes_max)
      .type_name("NAME");
  to.add_option("--snapshot-every", arguments.snapshot_every,
                "A snapshot after so many events, and once a day; 0: none")
      .type_name("N");
  to.add_option(
        "--follow", arguments.followed,
        "Kinds that are followed to their own controller, besides ReplicaSet, Job and\n"
        "ReplicationController; none: just those. Kept in the journal; a change lists everything anew")
      .comma_separated()
      .check(why_not_followed)
      .type_name("KIND.GROUP");
  add_keep_arguments(to, arguments.keep);
}

} // namespace tallyman::cli
