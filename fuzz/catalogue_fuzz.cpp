// A catalogue of any bytes is read or refused with faults that are safe to print; settings of any
// bytes become consumers and findings that name no value, and add up without wrapping around.
#include <cstdint>
#include <cstdlib>

#include "command/env_audit.hpp"
#include "command/source_file.hpp"
#include "command/tree_checks.hpp"
#include "headroom/fleet/audit_report.hpp"

namespace {

using namespace headroom;

void require(bool holds) {
    if (!holds) std::abort();
}

const command::catalogue& built_in() {
    static const auto one =
        command::read_catalogue(std::string(command::embedded_catalogue())).value();
    return one;
}

void check_catalogue(const std::string& text) {
    const auto read = command::read_catalogue(text);
    if (read) return;
    require(read.error().size() <= command::faults_max + 1);
    for (const auto& each : read.error())
        for (const char letter : each.key + each.what) require(letter >= ' ' && letter <= '~');
}

void check_settings(const std::string& text) {
    const command::env_terms terms{built_in(), {}, 0, false};
    const auto audit =
        command::audit_environment({{"web", "web.env", parse_dotenv(text)}}, terms, {});
    const auto page = command::page_of(audit, {});
    require(audit.plan.consumers.size() == audit.pools.size());
    const std::vector pages{page};
    for (const char letter : fleet::as_table(pages))
        require((letter >= ' ' && letter <= '~') || letter == '\n');
    require(!fleet::as_json(pages).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    if (const auto text = command::check_source(bytes)) check_catalogue(*text);
    check_settings(bytes);
    return 0;
}
