#pragma once

#include "base/result.hpp"
#include "kube/json/json_decoder.hpp"
#include "messages/observations.hpp"
#include "messages/string_table.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::kube::testing {

using lines = std::vector<std::string>;

/// One line per fact and per `list_begin`, with every id resolved, so that what was decoded by different
/// tables, chunks and decoders can be compared.
lines render(const observations& seen, const string_table& strings);

struct decoded {
  testing::lines lines;
  std::vector<std::string> warnings;
  std::vector<std::uint32_t> instances; ///< of all containers
  std::string error;                    ///< empty on success
  kube::counters counters;
};

/// Returns the size of the next chunk, at least 1.
using chunking = std::function<std::size_t()>;

/// Takes every list for a complete one.
decoder_options complete(bool keep_going = false);

decoded decode(std::string_view text, json_decoder_options options = {}, const chunking& next_chunk = {});

/// What `decode` gives for text that must be good.
lines facts_of(std::string_view text, json_decoder_options options = {});

/// The recordings in tests/data.
constexpr std::string_view rollouts_1_20 = "kubernetes-1.20-rollouts";
constexpr std::string_view rollouts_1_32 = "kubernetes-1.32-rollouts";

/// A file of a recording, unpacked.
std::string read_data(std::string_view path, std::string_view recording = rollouts_1_20);

constexpr std::string_view uid_a = "edafaaa1-d947-484d-a592-23cc10bb10a4";
constexpr std::string_view uid_b = "b4afffbd-b765-4e30-ac9f-c90333dc0043";
constexpr std::string_view uid_c = "ca4766bf-afb1-4832-abf1-e449725cc142";

/// A pod `shop/NAME` as JSON with these members in metadata, spec and status besides the necessary ones.
std::string pod_json(std::string_view uid, std::string_view metadata = "", std::string_view spec = "",
                     std::string_view status = "", std::string_view name = "cart-1");
std::string node_json(std::string_view uid, std::string_view metadata, std::string_view status);

/// The line that `render` gives for a plain `pod_json`.
std::string pod_line(std::string_view uid, std::string_view name = "cart-1");

bool contains(std::string_view text, std::string_view part);

} // namespace tallyman::kube::testing
