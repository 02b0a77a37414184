#include "cli/command_line.hpp"

#include "views/printable_text.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <string>
#include <utility>

namespace tallyman::cli {

namespace {

constexpr std::size_t shown_max = 64;

/// A value as a message shows it: its beginning, if it is long.
std::string shown(const std::string& value) {
  return "'" + (value.size() <= shown_max ? value : std::string{cut(value, shown_max)} + "...") + "'";
}

std::string why_empty(const std::string& value) {
  return value.empty() ? "it is empty; is a shell variable not set?" : "";
}

/// Why `value` is no number that 64 bits hold; empty if it is one. CLI11 takes -1 for 2^64 - 1.
std::string why_no_count(const std::string& value) {
  std::uint64_t number = 0;
  const auto* const end = value.data() + value.size();
  const auto read = std::from_chars(value.data(), end, number);
  if (read.ec == std::errc::result_out_of_range && value.front() != '-')
    return shown(value) + " is more than " + std::to_string(std::numeric_limits<std::uint64_t>::max());
  if (read.ec != std::errc{} || read.ptr != end)
    return shown(value) + " is no whole number from 0 on";
  return {};
}

} // namespace

const command_option& command_option::required() const {
  inner_->required();
  return *this;
}

const command_option& command_option::type_name(const std::string& name) const {
  inner_->type_name(name);
  return *this;
}

const command_option& command_option::one_of(std::initializer_list<std::string> allowed) const {
  inner_->check(CLI::IsMember(std::vector<std::string>(allowed)));
  return *this;
}

const command_option& command_option::range(std::uint64_t least, std::uint64_t most) const {
  inner_->check(CLI::Range(least, most));
  return *this;
}

const command_option& command_option::range(double least, double most) const {
  inner_->check(CLI::Validator{[least, most](const std::string& value) {
                                 double number = 0;
                                 const auto* const end = value.data() + value.size();
                                 const auto read = std::from_chars(value.data(), end, number);
                                 // Not the other way round: no comparison holds for NaN.
                                 if (read.ec == std::errc{} && read.ptr == end && number >= least &&
                                     number <= most)
                                   return std::string();
                                 return shown(value) + " is no number above 0, and at most " +
                                        std::to_string(static_cast<std::uint64_t>(most));
                               },
                               ""});
  return *this;
}

const command_option& command_option::name(std::size_t bytes_max) const {
  return check([bytes_max](const std::string& value) {
    if (value.size() > bytes_max)
      return fmt::format("{} has {} bytes; at most {} will do", shown(value), value.size(), bytes_max);
    return printable(value) == value ? std::string{}
                                     : shown(value) + " is no UTF-8, or holds control characters";
  });
}

const command_option& command_option::byte_size() const {
  // Checks see what transform() made of the value: a plain number of bytes.
  inner_->transform(CLI::AsSizeValue(true))
      ->check(CLI::Validator{[](const std::string& bytes) {
                               return bytes.find_first_not_of('0') == std::string::npos
                                          ? "it must be more than 0 bytes"
                                          : why_no_count(bytes);
                             },
                             ""});
  return *this;
}

const command_option& command_option::check(std::function<std::string(const std::string&)> why_not) const {
  inner_->check(CLI::Validator{std::move(why_not), ""});
  return *this;
}

const command_option& command_option::comma_separated() const {
  inner_->delimiter(',');
  return *this;
}

subcommand subcommand::add_subcommand(const std::string& name, const std::string& about) const {
  auto* const added = inner_->add_subcommand(name, about);
  added->footer(exit_code_help);
  return {added, chosen_};
}

command_option subcommand::add_option(const std::string& names, std::string& into,
                                      const std::string& help) const {
  return command_option{inner_->add_option(names, into, help)}.check(why_empty);
}

command_option subcommand::add_option(const std::string& names, std::vector<std::string>& into,
                                      const std::string& help) const {
  return command_option{inner_->add_option(names, into, help)}.check(why_empty);
}

command_option subcommand::add_option(const std::string& names, std::uint64_t& into,
                                      const std::string& help) const {
  auto* const added = inner_->add_option(names, into, help);
  added->check(CLI::Validator{why_no_count, ""});
  return command_option{added};
}

command_option subcommand::add_option(const std::string& names, double& into, const std::string& help) const {
  return command_option{inner_->add_option(names, into, help)};
}

void subcommand::add_flag(const std::string& names, bool& into, const std::string& help) const {
  inner_->add_flag(names, into, help);
}

void subcommand::footer(const std::string& text) const {
  inner_->footer(text + "\n\n" + exit_code_help);
}

void subcommand::run(command what) const {
  inner_->callback([chosen = chosen_, what = std::move(what)] { *chosen = what; });
}

void subcommand::require_subcommand() const {
  inner_->require_subcommand(1);
}

command_line::command_line(const std::string& name, const std::string& about, const std::string& version)
    : inner_(std::make_unique<CLI::App>(about, name)) {
  inner_->set_version_flag("--version", version);
}

command_line::~command_line() = default;

result<std::variant<command, command_line::answer>> command_line::parse(int argc, const char* const* argv) {
  using parsed = std::variant<command, answer>;
  try {
    inner_->parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return parsed{answer{inner_->help()}};
  } catch (const CLI::CallForVersion& version) {
    return parsed{answer{std::string{version.what()} + '\n'}};
  } catch (const CLI::ParseError& failure) {
    return error{error_kind::usage,
                 std::string{failure.what()} + "; see `tallyman --help` or `tallyman COMMAND --help`"};
  }
  return parsed{chosen_};
}

} // namespace tallyman::cli
