#pragma once

#include "fuzz/target.hpp"
#include "support/simulated_storage.hpp"

#include <string>

namespace tallyman::testing {

inline const std::string fuzzed_directory = "/journal";

/// Puts a journal on the disk that `given` describes: a sound one, with the edits that it asks for.
/// Checksums, chain and numbers are put right after each edit unless it asks otherwise, so that what is
/// behind them is reached too. Segments are small whatever `given` says.
///
///     1      number of segments, less one (2 bits); superblock: raw slot bytes follow (bit 2)
///     2      what the superblock claims: newest segment, durable batch (each a byte)
///     per segment:
///     1      number of batches (4 bits), edits of the header (2 bits), garbage behind the end (bit 6)
///     5 each edit: offset of the byte, 4 bytes to xor
///     per batch: 1 which fields to put right, 1 edits (2 bits), 2 payload bytes, edits as above, payload
///     garbage: 2 offset behind the last batch, 1 length, bytes
void build_journal(journal::simulated_storage& disk, recipe& given);

} // namespace tallyman::testing
