#pragma once

#include "replay/history.hpp"
#include "views/output.hpp"

#include <cstdint>
#include <string>

namespace tallyman {

/// A history with what it is of.
struct history_view {
  std::string cluster;
  std::uint64_t from = 1; ///< first event
  std::uint64_t to = 0;   ///< last event
  bool of_owner = false;  ///< entries are then about the images that the owner gained and lost
  told_history told;

  std::string text(string_id id) const { return std::string{told.strings->text(id)}; }
};

/// Whether an entry says who, or how a scan ended.
bool names_owner(const history_entry& entry);
bool names_scan(const history_entry& entry);

/// "appeared", "owner-gained"; in an owner's history "image-gained".
std::string word_of(const history_entry& entry, bool of_owner);

/// One document, one entry a line (docs/cli.md has its shape).
void write_history_json(const history_view& history, output& out);
void write_history_csv(const history_view& history, output& out);

} // namespace tallyman
