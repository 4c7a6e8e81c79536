// http/detail/peer_counts.hpp: how many connections each client network has open.
#pragma once
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace headroom::http::detail {

/// At most as many entries as connections are open. Thread-safe; outlives every place.
class peer_counts {
public:
    /// One connection of a network, as long as it lives. Move-only.
    class place {
    public:
        place() noexcept = default;
        place(peer_counts& in, std::string of) : in_(&in), of_(std::move(of)) {}
        place(place&& from) noexcept
            : in_(std::exchange(from.in_, nullptr)), of_(std::move(from.of_)) {}
        place& operator=(place&& from) noexcept {
            std::swap(in_, from.in_);
            std::swap(of_, from.of_);
            return *this;
        }
        ~place() {
            if (in_ != nullptr) in_->leave(of_);
        }
        explicit operator bool() const noexcept { return in_ != nullptr; }

    private:
        peer_counts* in_ = nullptr;
        std::string of_;
    };

    /// Nothing when `network` has `most` open already.
    place enter(std::string network, unsigned most) {
        std::scoped_lock lock(mutex_);
        auto& open = open_[network];
        if (open >= most) return {};
        ++open;
        return {*this, std::move(network)};
    }
    std::size_t networks() const {
        std::scoped_lock lock(mutex_);
        return open_.size();
    }

private:
    void leave(const std::string& network) {
        std::scoped_lock lock(mutex_);
        const auto at = open_.find(network);
        if (at != open_.end() && --at->second == 0) open_.erase(at);
    }

    mutable std::mutex mutex_;
    std::unordered_map<std::string, unsigned> open_;
};

}  // namespace headroom::http::detail
