// persistence/cache/key_space.hpp: the keys of one service in a Redis that others may share.
//
// Every key begins with the service's prefix, and so does the channel of its invalidations: two
// services on one server see nothing of each other, and an access list of `~prefix:*` and
// `&prefix:*` suffices. Prefixes have no braces, so the first `{tag}` of a key stays the one by
// which a Redis Cluster chooses the slot.
#pragma once
#include <boost/assert.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace headroom::cache {

class key_space {
public:
    static constexpr std::size_t prefix_bytes_max = 64;
    static constexpr std::size_t key_bytes_max = 512;  ///< behind the prefix

    /// a-z, A-Z, 0-9, '.', '_', '-' and ':', 1 to prefix_bytes_max of them.
    static bool is_prefix(std::string_view text) noexcept {
        return !text.empty() && text.size() <= prefix_bytes_max &&
               text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789._-:") == std::string_view::npos;
    }

    /// Requires is_prefix().
    explicit key_space(std::string prefix) : prefix_(std::move(prefix)) {
        BOOST_ASSERT_MSG(is_prefix(prefix_), "no prefix of keys");
    }

    /// Throws std::length_error for a key that is empty or longer than key_bytes_max.
    static void check(std::string_view key) {
        if (key.empty() || key.size() > key_bytes_max)
            throw std::length_error("a key of the cache has 1 to 512 bytes");
    }
    /// As Redis has it.
    std::string full(std::string_view key) const {
        std::string made;
        made.reserve(prefix_.size() + 1 + key.size());
        return made.append(prefix_).append(":").append(key);
    }
    /// Where invalidations are published.
    std::string channel() const { return prefix_ + ":changed"; }

private:
    std::string prefix_;
};

}  // namespace headroom::cache
