// testing/preload/names.cpp: names that a test makes up, for programs started with LD_PRELOAD.
//
// HEADROOM_TEST_NAMES="two.test=127.0.0.2,127.0.0.1 hangs.test=" gives a name its addresses, in
// this order; a name without an address hangs the caller for ever, as a resolver does whose server
// is gone. Every other name goes to the system.
#include <dlfcn.h>
#include <netdb.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace {

using look_up = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

look_up the_systems() {
    return reinterpret_cast<look_up>(dlsym(RTLD_NEXT, "getaddrinfo"));
}

std::optional<std::string> made_up(std::string_view name) {
    const char* all = std::getenv("HEADROOM_TEST_NAMES");
    std::istringstream each(all != nullptr ? all : "");
    for (std::string entry; each >> entry;) {
        const auto equals = entry.find('=');
        if (std::string_view(entry).substr(0, equals) == name) return entry.substr(equals + 1);
    }
    return std::nullopt;
}

}  // namespace

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** found) {
    const auto addresses = made_up(name != nullptr ? name : "");
    if (!addresses) return the_systems()(name, service, hints, found);
    while (addresses->empty()) pause();
    std::istringstream each(*addresses);
    *found = nullptr;
    for (std::string address; std::getline(each, address, ',');) {
        while (*found != nullptr) found = &(*found)->ai_next;
        if (const int failed = the_systems()(address.c_str(), service, hints, found); failed != 0)
            return failed;
    }
    return 0;
}
