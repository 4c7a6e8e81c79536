// http/detail/route_table.hpp: path templates and how they are matched; no coroutines.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/http/router.hpp"

namespace headroom::http::detail {

/// A path with its handlers by method.
struct path_entry {
    struct served {
        method verb;
        handler by;
        admission when;
        body_use body = body_use::wanted;
    };
    std::string path_template;
    std::vector<std::string> segments;  ///< "{name}" for a named one
    std::vector<served> methods;
    bool named = false;  ///< some segment is
    std::string allow;   ///< "GET, HEAD, OPTIONS"

    const served* find(method verb) const noexcept;
};

/// What a look-up found: no path, a path without that method, or a handler.
struct matched {
    const path_entry* path = nullptr;
    const path_entry::served* by = nullptr;
};

class route_table {
public:
    void add(method verb, std::string_view path_template, handler by, admission when,
             body_use body);
    /// `raw_path`: still encoded, so that an encoded slash separates nothing.
    matched find(method verb, std::string_view raw_path) const;
    /// The named segments of `raw_path`, decoded. Requires that the entry matched it.
    static std::vector<path_parameter> parameters(const path_entry& of, std::string_view raw_path);
    std::vector<route_name> served() const;
    /// Every method any path serves, for "OPTIONS *".
    std::string allow_any() const;

private:
    path_entry& entry(std::string_view path_template);

    std::vector<std::unique_ptr<path_entry>> entries_;
    // Paths without a named segment, by their text; the others, most literal first.
    std::map<std::string, const path_entry*, std::less<>> literal_;
    std::vector<const path_entry*> named_;
};

}  // namespace headroom::http::detail
