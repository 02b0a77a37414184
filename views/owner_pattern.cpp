#include "views/owner_pattern.hpp"

#include "messages/fact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tallyman {

namespace {

struct built_in_kind {
  std::string_view kind; ///< in lower case
  std::string_view short_name;
};

// The short names are those of `kubectl api-resources`.
constexpr std::array<built_in_kind, 9> built_in_kinds{{{"pod", "po"},
                                                       {"node", "no"},
                                                       {"deployment", "deploy"},
                                                       {"replicaset", "rs"},
                                                       {"statefulset", "sts"},
                                                       {"daemonset", "ds"},
                                                       {"replicationcontroller", "rc"},
                                                       {"job", ""},
                                                       {"cronjob", "cj"}}};

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

std::string lower_case(std::string_view text) {
  std::string lower{text};
  for (auto& c : lower)
    c = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

// As Kubernetes guesses plurals (meta.UnsafeGuessKindToResource), and a little more: CRDs choose their own.
bool is_plural(std::string_view plural, std::string_view kind) {
  if (!plural.ends_with('s') || plural.size() <= kind.size())
    return false;
  const auto stem = plural.substr(0, plural.size() - 1);
  if (stem == kind || (stem.ends_with('e') && stem.substr(0, stem.size() - 1) == kind))
    return true;
  return kind.ends_with('y') && stem.ends_with("ie") &&
         stem.substr(0, stem.size() - 2) == kind.substr(0, kind.size() - 1);
}

bool means(std::string_view spelled, std::string_view kind) {
  const auto is_short = [&](const built_in_kind& each) {
    return each.kind == kind && each.short_name == spelled;
  };
  return spelled == kind || is_plural(spelled, kind) ||
         std::any_of(built_in_kinds.begin(), built_in_kinds.end(), is_short);
}

/// "apps" of "apps" and of "v1beta1.apps".
std::string_view without_version(std::string_view group) {
  const auto dot = group.find('.');
  if (dot == std::string_view::npos || dot < 2 || group[0] != 'v' || group[1] < '1' || group[1] > '9')
    return group;
  return group.substr(dot + 1);
}

} // namespace

std::optional<owner_pattern> owner_pattern::parse(std::string_view text) {
  const auto kind_end = text.find_first_of("/ ");
  if (kind_end == 0 || kind_end == std::string_view::npos ||
      text.find_first_of(":@") != std::string_view::npos)
    return std::nullopt;
  const auto spelled = text.substr(0, kind_end);
  const auto rest = text.substr(kind_end + 1);
  const auto dot = spelled.find('.');
  const auto slash = rest.find('/');
  owner_pattern wanted;
  wanted.kind_ = lower_case(spelled.substr(0, dot));
  if (dot != std::string_view::npos)
    wanted.group_ = without_version(lower_case(spelled.substr(dot + 1)));
  if (slash != std::string_view::npos)
    wanted.name_space_ = rest.substr(0, slash);
  wanted.name_ = slash == std::string_view::npos ? rest : rest.substr(slash + 1);
  if (wanted.kind_.empty() || wanted.name_.empty() || wanted.name_.find('/') != std::string::npos)
    return std::nullopt;
  wanted.certain_ = is_upper(spelled.front()) ||
                    std::any_of(built_in_kinds.begin(), built_in_kinds.end(),
                                [&](const built_in_kind& each) { return means(wanted.kind_, each.kind); });
  return wanted;
}

bool owner_pattern::is_kind(std::string_view kind) const {
  // Plurals and short names begin as the kind does. Most texts that are asked about are no kinds at all.
  if (kind.empty() || lower_case(kind.substr(0, 1)) != kind_.substr(0, 1))
    return false;
  return means(kind_, lower_case(kind));
}

bool owner_pattern::is_group(std::string_view api_version) const {
  return group_.empty() || api_version.empty() || group_of(api_version) == group_;
}

bool owner_pattern::matches(std::string_view kind, std::string_view api_version, std::string_view name_space,
                            std::string_view name) const {
  return name == name_ && (!name_space_ || name_space == *name_space_) && is_kind(kind) &&
         is_group(api_version);
}

std::string shown_owner(std::string_view kind, std::string_view name_space, std::string_view name) {
  return name_space.empty() ? fmt::format("{} {}", kind, name)
                            : fmt::format("{} {}/{}", kind, name_space, name);
}

} // namespace tallyman
