// command/audit_targets.hpp: whom an audit looks at: [NAME=]URL as typed, and how long it may take.
#pragma once
#include <string>
#include <vector>

#include "command/subcommand.hpp"
#include "headroom/budget/plan.hpp"
#include "headroom/persistence/connect_info.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom::command {

inline constexpr std::size_t servers_max = 32;  ///< targets of one kind in one call

/// "reports=postgresql://..." in its parts. The text may hold a password: it is never printed.
struct named_text {
    std::string name, text;
};

/// At most servers_max of them; throws usage_error. A name stands before '=' and holds no "://".
std::vector<named_text> split_names(const std::vector<std::string>& typed,
                                    const std::string& option);

/// The resource of the plan a server stands for: by its name, by its host, or because there is
/// only one of `kind`. Without a plan it is `kind`, or the name. Throws usage_error.
std::string resource_of(const std::string& kind, const std::string& name, const std::string& host,
                        const budget::plan* declared);

/// 10 ms to 10 min; throws usage_error.
std::chrono::milliseconds timeout_of(const std::string& typed);

/// Divides what is left of the time among the targets that are still to be looked at, so that one
/// that does not answer leaves the others their share.
class shared_time {
public:
    shared_time(std::chrono::milliseconds all, std::size_t targets)
        : until_(deadline::after(all)), left_(targets) {}
    deadline next() {
        const auto share = until_.left() / static_cast<std::int64_t>(left_ > 0 ? left_-- : 1);
        return until_.at_most(share);
    }

private:
    const deadline until_;
    std::size_t left_;
};

}  // namespace headroom::command
