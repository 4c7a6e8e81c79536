#include "headroom/persistence/detail/statement_cache.hpp"

#include <boost/assert.hpp>
#include <charconv>

namespace headroom::persistence::detail {
namespace {

bool fits(std::span<const unsigned> prepared_as, std::span<const unsigned> types,
          std::span<const char* const> values) {
    if (prepared_as.size() != types.size()) return false;
    for (std::size_t i = 0; i < types.size(); ++i)
        if (values[i] != nullptr && types[i] != prepared_as[i]) return false;
    return true;
}

}  // namespace

statement_cache::found statement_cache::use(const statement& wanted,
                                            std::span<const unsigned> types,
                                            std::span<const char* const> values) {
    BOOST_ASSERT(types.size() == values.size());
    if (statements_max_ == 0 || wanted.text().size() > text_bytes_max) return {};
    const auto [first, last] = by_id_.equal_range(wanted.id());
    for (auto at = first; at != last; ++at) {
        const auto entry = at->second;
        if (entry->text != wanted.text() || !fits(entry->types, types, values)) continue;
        order_.splice(order_.begin(), order_, entry);
        return {&*entry, false};
    }
    insert(wanted, types);
    return {&order_.front(), true};
}

void statement_cache::insert(const statement& wanted, std::span<const unsigned> types) {
    if (order_.size() >= statements_max_) {
        doomed_.push_back(order_.back().number);
        erase(std::prev(order_.end()));
    }
    auto& entry = order_.emplace_front();
    entry.number = ++last_number_;
    write_name(entry.number, entry.name);
    entry.id = wanted.id();
    entry.text = wanted.text();
    entry.types.assign(types.begin(), types.end());
    by_id_.emplace(entry.id, order_.begin());
}

void statement_cache::erase(order::iterator at) {
    const auto [first, last] = by_id_.equal_range(at->id);
    for (auto each = first; each != last; ++each)
        if (each->second == at) {
            by_id_.erase(each);
            break;
        }
    order_.erase(at);
}

void statement_cache::forget(std::uint32_t number, bool stands) {
    for (auto at = order_.begin(); at != order_.end(); ++at)
        if (at->number == number) {
            erase(at);
            if (stands) doomed_.push_back(number);
            return;
        }
}

std::uint32_t statement_cache::take_doomed() {
    if (doomed_.empty()) return 0;
    const auto number = doomed_.back();
    doomed_.pop_back();
    return number;
}

void statement_cache::write_name(std::uint32_t number, char (&to)[name_bytes_max]) noexcept {
    to[0] = 'h';
    auto [end, failed] = std::to_chars(to + 1, to + sizeof to - 1, number);
    BOOST_ASSERT(failed == std::errc());
    *end = '\0';
}

}  // namespace headroom::persistence::detail
