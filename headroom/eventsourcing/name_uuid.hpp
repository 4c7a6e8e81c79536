// eventsourcing/name_uuid.hpp: an identifier that follows from a name.
//
// A stream whose id follows from what must be unique needs no registry beside it: two writers that
// want the same name append to the same stream, and one of them finds version 1 taken.
#pragma once
#include <string_view>

#include "headroom/eventsourcing/event.hpp"

namespace headroom::eventsourcing {

/// UUID version 5 (RFC 9562, section 5.5): SHA-1 of the name within a namespace. The same for the
/// same pair, always. Thread-safe.
uuid name_uuid(const uuid& space, std::string_view name);

/// RFC 9562's namespace for fully qualified domain names, from which services derive their own.
inline constexpr uuid dns_namespace{{0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4,
                                     0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};

}  // namespace headroom::eventsourcing
