// Answers of any bytes, cut anywhere, are read the same as whole ones or refused, within bounds;
// Redis' own texts, errors and URLs of any bytes become facts, clients and addresses without a
// secret.
#include <cstdint>
#include <cstdlib>

#include "headroom/fleet/redis_audit.hpp"
#include "headroom/persistence/redis/connect_info.hpp"
#include "headroom/persistence/redis/error.hpp"
#include "headroom/persistence/redis/parser.hpp"

namespace {

using namespace headroom;

void require(bool holds) {
    if (!holds) std::abort();
}

constexpr redis::parser_bounds bounds{.line_bytes_max = 64,
                                      .text_bytes_max = 256,
                                      .answer_bytes_max = 512,
                                      .items_max = 64,
                                      .depth_max = 4};

/// Everything one can read of an answer, written down.
template <class Of>
void write_down(const Of& of, std::string& into) {
    using redis::kind;
    into += static_cast<char>('a' + static_cast<int>(of.is()));
    if (of.is() == kind::number) into += std::to_string(of.number());
    if (of.is() == kind::boolean) into += of.boolean() ? '1' : '0';
    if (of.is() == kind::real) into += std::to_string(of.real());
    if (of.is() == kind::text || of.is_error() || of.is() == kind::big_number)
        into += std::to_string(of.text().size()) + ':' + std::string(of.text());
    if (!of.has_elements()) return;
    into += std::to_string(of.size()) + '(';
    std::size_t count = 0;
    for (const auto each : of) {
        write_down(each, into);
        write_down(of[count], into);  // the same by its position
        ++count;
    }
    require(count == of.size());
    into += ')';
}

/// The answers, and a mark last when the rest was none.
std::string answers_in(std::string_view bytes, std::size_t step) {
    std::string all;
    redis::parser reads(bounds);
    try {
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            reads.feed(bytes.substr(at, step));
            while (auto value = reads.next()) {
                require(value->bytes() < 16'384);
                write_down(*value, all);
            }
        }
    } catch (const redis::protocol_error&) {
        all += '!';
    }
    return all;
}

void check_texts(std::string_view text) {
    fleet::redis_facts facts;
    facts.info = fleet::parse_redis_info_text(text);
    facts.clients = fleet::parse_client_list(text);
    facts.clients_read = true;
    require(facts.clients.size() <= fleet::redis_clients_max);
    const auto audit = fleet::analyse(facts, {"cache", "redis", nullptr, 80});
    for (const auto& each : audit.owners)
        for (const char letter : each.application_name + each.role + each.address)
            require(letter >= ' ' && letter <= '~');
}

void check_error(std::string_view said) {
    const auto shown = redis::without_arguments(said, "GET");
    require(shown.size() <= redis::server_error::text_bytes_max);
    for (const char letter : shown) require(letter >= ' ' && letter <= '~');
    require(redis::server_error(said, "GET").code().size() <= 32);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (size < 4096) {
        const auto whole = answers_in(bytes, size > 0 ? size : 1);
        require(answers_in(bytes, 1) == whole);
        require(answers_in(bytes, 7) == whole);
    }
    check_texts(bytes);
    check_error(bytes);
    if (const auto at = redis::parse_connect_info(bytes)) require(!at->describe().empty());
    return 0;
}
