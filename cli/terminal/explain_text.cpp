#include "cli/terminal/explain_text.hpp"

#include "cli/terminal/table.hpp"
#include "views/owner_pattern.hpp"
#include "views/printable_text.hpp"
#include "views/time_text.hpp"

#include <fmt/format.h>

namespace tallyman::cli {

namespace {

std::string age(std::int64_t time_ms, std::int64_t now_ms) {
  return time_ms == 0 ? "never"
                      : fmt::format("{} ({} ago)", format_time(time_ms), format_duration(now_ms - time_ms));
}

std::string or_unknown(const std::string& text) {
  return text.empty() ? "unknown" : text;
}

std::string platform_line(const pod_explanation& pod) {
  const auto platform = pod.os + '/' + pod.architecture;
  if (pod.platform_certain)
    return platform + (pod.node_known ? "" : ", as the node said before it went");
  if (pod.node_known)
    return platform + " for now: the node does not say what it runs on";
  return platform + " for now: the node has not been seen";
}

std::string pod_line(const pod_explanation& pod) {
  auto line = fmt::format("    pod {}/{} on {} ({})", pod.name_space, pod.name, or_unknown(pod.node),
                          platform_line(pod));
  if (!pod.waiting_on.empty())
    line +=
        fmt::format("; its owner is not certain: the parent with uid {} has not been seen", pod.waiting_on);
  return line + fmt::format("  [{}]", pod.uid);
}

/// A line behind what is shown, if that is not all; else nothing.
std::string more(std::string_view indent, std::size_t count, std::string_view one, std::string_view many) {
  return count == 0 ? std::string{}
                    : fmt::format("{}and {}; --all shows all\n", indent, counted(count, one, many));
}

std::string owner_lines(const owner_explanation& shown) {
  const auto& owner = shown.owner;
  auto lines =
      printable(fmt::format("  {}{}  [{}]", shown_owner(owner.kind, owner.name_space, owner.name),
                            owner.provisional ? " (provisional: the nearest parent known)" : "", owner.uid)) +
      '\n';
  for (const auto& pod : shown.pods)
    lines += printable(pod_line(pod)) + '\n';
  return lines + more("    ", owner.pods.size() - shown.pods.size(), "more pod", "more pods");
}

} // namespace

std::string text_of(const image_explanation& shown, std::int64_t now_ms) {
  const auto& image = shown.image;
  std::string text = printable(image.name) + '\n';
  const auto line = [&text](std::string_view label, const std::string& value) {
    text += fmt::format("  {:<14} {}\n", label, printable(value));
  };
  line("image id", or_unknown(image.image_id));
  line("platform", (image.os.empty() ? "unknown" : image.os) + '/' + image.architecture +
                       (image.platform_provisional && !image.owners.empty()
                            ? " (provisional: no pod's node vouches for it)"
                            : ""));
  line("runtime", or_unknown(image.runtime));
  line("first seen", age(image.first_seen_at_ms, now_ms));
  line("owners changed", age(image.owner_changed_at_ms, now_ms));
  line("scan", image.scan_state);
  line("next", shown.next);
  text += shown.owners.empty() ? "nobody runs it\n" : "it is here because of\n";
  for (const auto& owner : shown.owners)
    text += owner_lines(owner);
  return text + more("  ", image.owners.size() - shown.owners.size(), "more owner", "more owners");
}

std::string text_of(const explanation& all, std::int64_t now_ms) {
  std::string text;
  const auto matching = all.images.size() + all.images_left_out;
  if (matching > 1)
    text = counted(matching, "image matches", "images match") + "\n\n";
  const char* separator = "";
  for (const auto& each : all.images) {
    text += separator + text_of(each, now_ms);
    separator = "\n";
  }
  if (all.images_left_out > 0)
    text += '\n' + more("", all.images_left_out, "more image", "more images");
  return text;
}

} // namespace tallyman::cli
