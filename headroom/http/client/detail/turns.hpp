// http/client/detail/turns.hpp: whose exchange may have a connection next.
//
// Left to libcurl, requests to all servers wait in one line, and the first of it that has to go on
// waiting keeps the others from being looked at: a server that hangs would stop requests to the
// others, which have room. So each waits here, and libcurl is given what it need not queue.
//
// Pure but for the call of `wake`. On one reactor.
#pragma once
#include <functional>
#include <list>
#include <map>
#include <string>
#include <utility>

namespace headroom::http::detail {

class turns {
public:
    /// Exchanges that share a connection of HTTP/2.
    static constexpr unsigned shared_max = 100;

    struct origin_uses {
        unsigned under_way = 0, waiting = 0;
        bool shares = false;  ///< speaks HTTP/2: its exchanges need one connection
    };
    using place = std::map<std::string, origin_uses, std::less<>>::iterator;

    /// One exchange's, given back at its end.
    class turn {
    public:
        turn(turns& of, place at) noexcept : of_(&of), at_(at) {}
        turn(turn&& from) noexcept : of_(std::exchange(from.of_, nullptr)), at_(from.at_) {}
        turn& operator=(turn&&) = delete;
        ~turn() {
            if (of_ != nullptr) of_->end(at_);
        }
        /// As its answer showed.
        void speaks_http2(bool that) const;

    private:
        turns* of_;
        place at_;
    };

    /// One that waits, the longest first; leaves the line when it ends.
    class waiter {
    public:
        /// `wake` is called once, when the turn has come; it begins nothing itself.
        waiter(turns& of, const std::string& origin, std::function<void()> wake);
        ~waiter();
        waiter(const waiter&) = delete;
        waiter& operator=(const waiter&) = delete;

        bool has_come() const noexcept { return come_; }
        /// Once it has come.
        turn take();

    private:
        friend class turns;
        turns& of_;
        const place at_;
        const std::function<void()> wake_;
        std::list<waiter*>::iterator in_line_;
        bool come_ = false, taken_ = false;
    };

    turns(unsigned connections_max, unsigned per_origin_max) noexcept
        : connections_max_(connections_max), per_origin_max_(per_origin_max) {}

private:
    bool has_room(const origin_uses& of) const noexcept;
    void begin(origin_uses& of) noexcept;
    void end(place at);
    void forget_if_unused(place at);
    void call_next();
    static unsigned connections_of(const origin_uses& of) noexcept;

    const unsigned connections_max_, per_origin_max_;
    std::map<std::string, origin_uses, std::less<>> origins_;  ///< those in use
    std::list<waiter*> line_;
    unsigned connections_ = 0;  ///< that those under way need
};

}  // namespace headroom::http::detail
