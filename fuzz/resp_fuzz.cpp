// Answers of any bytes, cut anywhere, are read the same as whole ones or refused; Redis' own texts
// and URLs of any bytes become facts, clients and addresses without a secret.
#include <cstdint>
#include <cstdlib>

#include "headroom/fleet/redis_audit.hpp"
#include "headroom/fleet/redis_info.hpp"
#include "headroom/fleet/resp.hpp"

namespace {

using namespace headroom::fleet;

void require(bool holds) {
    if (!holds) std::abort();
}

/// How many answers there were, and -1 last when the rest was none.
std::vector<int> kinds_of(std::string_view bytes, std::size_t step) {
    std::vector<int> kinds;
    resp_reader reader;
    try {
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            reader.feed(bytes.substr(at, step));
            while (auto value = reader.next()) kinds.push_back(static_cast<int>(value->is));
        }
    } catch (const resp_broken&) {
        kinds.push_back(-1);
    }
    return kinds;
}

void check_texts(std::string_view text) {
    redis_facts facts;
    facts.info = parse_redis_info_text(text);
    facts.clients = parse_client_list(text);
    facts.clients_read = true;
    require(facts.clients.size() <= redis_clients_max);
    const auto audit = analyse(facts, {"cache", "redis", nullptr, 80});
    for (const auto& each : audit.owners)
        for (const char letter : each.application_name + each.role + each.address)
            require(letter >= ' ' && letter <= '~');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (size < 4096) require(kinds_of(bytes, 1) == kinds_of(bytes, size > 0 ? size : 1));
    check_texts(bytes);
    if (const auto at = parse_redis_info(bytes)) require(!at->describe().empty());
    return 0;
}
