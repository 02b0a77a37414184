#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tallyman {

/// Owners as people name them: the way that kubectl takes kinds, and the way that the tables show them.
///
///   Deployment/shop/web, deploy/shop/web, deployments.apps/shop/web, "Deployment shop/web"
///   deploy/web    in any namespace, or in none
///   Widget//web   in none: a kind whose objects belong to no namespace
///
/// A kind is its name or the plural of it, in any case; built-in kinds have kubectl's short names too. Behind
/// a dot stands the group, also as VERSION.GROUP.
class owner_pattern {
public:
  /// Nothing if `text` is not of one of these forms; whether there is such a kind is not asked.
  static std::optional<owner_pattern> parse(std::string_view text);

  bool is_kind(std::string_view kind) const;
  /// An empty `api_version` is an unknown one, and of any group.
  bool is_group(std::string_view api_version) const;
  bool matches(std::string_view kind, std::string_view api_version, std::string_view name_space,
               std::string_view name) const;

  /// Whether the kind is one that everybody knows, or begins with a capital: then `text` names no image.
  bool is_certain() const noexcept { return certain_; }

  const std::optional<std::string>& name_space() const noexcept { return name_space_; }
  const std::string& name() const noexcept { return name_; }

private:
  std::string kind_;  ///< in lower case
  std::string group_; ///< empty: any
  std::optional<std::string> name_space_;
  std::string name_;
  bool certain_ = false;
};

/// "Deployment shop/web", or "Widget web" if it belongs to no namespace: what `parse` takes.
std::string shown_owner(std::string_view kind, std::string_view name_space, std::string_view name);

} // namespace tallyman
