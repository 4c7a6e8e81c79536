// persistence/redis/error.hpp: how Redis' failures leave a co_await.
//
// A refusal of our own budget is a budget::refused; persistence::connection_lost says whether a
// command may have run, persistence::deadline_passed that its answer did not come in time. Texts
// never contain a password, nor what was in a command: Redis quotes arguments in some of its
// errors, and those parts are masked here.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

#include "headroom/persistence/error.hpp"
#include "headroom/persistence/redis/parser.hpp"

namespace headroom::redis {

using persistence::connection_lost;
using persistence::deadline_passed;

/// The server answered a command, or a sign-in, with an error.
class server_error : public std::runtime_error {
public:
    static constexpr std::size_t text_bytes_max = 200;  ///< shown of what Redis said

    /// `said`: the error as it came; `name`: the command's.
    server_error(std::string_view said, std::string_view name);

    /// Redis' code word, the first of its text when it is one: "MOVED", "NOSCRIPT", "ERR"; else "".
    const std::string& code() const noexcept { return code_; }
    bool is(std::string_view word) const noexcept { return code_ == word; }
    /// maxclients are connected: this one was not taken.
    bool is_full() const noexcept { return full_; }
    /// The command did not run and will not until another server is primary, or this one ready.
    bool is_of_wrong_server() const noexcept;

private:
    std::string code_;
    bool full_;
};

/// The first line of an error of Redis, printable, within text_bytes_max, with every quoted part
/// masked that is not the command's own name.
std::string without_arguments(std::string_view said, std::string_view command);

/// Throws the server_error that `answer` is, if it is one.
template <class Answer>
void throw_if_error(const Answer& answer, std::string_view command) {
    if (answer.is_error()) throw server_error(answer.text(), command);
}

/// Code words headroom acts on (Redis documentation, "Redis serialization protocol").
namespace code {
inline constexpr std::string_view err = "ERR";
inline constexpr std::string_view moved = "MOVED";
inline constexpr std::string_view ask = "ASK";
inline constexpr std::string_view no_script = "NOSCRIPT";
inline constexpr std::string_view read_only = "READONLY";
inline constexpr std::string_view loading = "LOADING";
inline constexpr std::string_view master_down = "MASTERDOWN";
inline constexpr std::string_view out_of_memory = "OOM";
inline constexpr std::string_view busy_group = "BUSYGROUP";
inline constexpr std::string_view no_group = "NOGROUP";
inline constexpr std::string_view no_auth = "NOAUTH";
inline constexpr std::string_view wrong_password = "WRONGPASS";
inline constexpr std::string_view no_permission = "NOPERM";
inline constexpr std::string_view wrong_type = "WRONGTYPE";
inline constexpr std::string_view unblocked = "UNBLOCKED";
}  // namespace code

}  // namespace headroom::redis
