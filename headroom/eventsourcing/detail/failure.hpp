// eventsourcing/detail/failure.hpp: what a failed batch says about its events.
#pragma once
#include <exception>
#include <string>
#include <string_view>

namespace headroom::eventsourcing::detail {

inline constexpr std::size_t reason_bytes_max = 400;

struct failure {
    enum class kind {
        fenced,     ///< 22012: by the checkpoint, or by an effect; the checkpoint's row tells
        transient,  ///< the server's or the network's trouble: the same again later
        overdue,    ///< not answered in time: a smaller batch later
        permanent,  ///< an effect was refused, or an event cannot be read
    };
    kind what = kind::permanent;
    std::string reason;  ///< printable, bounded; never a row's data
};

/// Reads what a batch threw. Pure.
failure explain_failure(const std::exception_ptr& thrown);

/// Whether a statement refused with this SQLSTATE may pass when nothing but time has changed.
bool passes_with_time(std::string_view sqlstate) noexcept;

/// At most reason_bytes_max printable characters of a text.
std::string as_reason(std::string_view text);

}  // namespace headroom::eventsourcing::detail
