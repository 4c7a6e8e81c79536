// auth/api_key_uses.hpp: when each key was used last, collected until somebody writes it down.
//
// A verification notes a time and waits for nobody; uses of one key become one entry.
#pragma once
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "headroom/auth/api_key_verifier.hpp"

namespace headroom::auth {

struct api_key_use {
    std::string key_id;
    std::optional<persistence::tenant_id> tenant;
    wall_time last;
};

/// Thread-safe.
class api_key_uses {
public:
    static constexpr std::size_t keys_max = 4'096;  ///< between two takes; others are not noted

    void note(const registered_api_key& of, wall_time at);
    /// What was noted since the last take, each key once.
    std::vector<api_key_use> take();
    std::uint64_t dropped() const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, api_key_use> noted_;  // guarded by mutex_
    std::uint64_t dropped_ = 0;                           // guarded by mutex_
};

}  // namespace headroom::auth
