// tasks/detail/lua_parts.hpp: functions that several scripts begin with.
#pragma once
#include <string>

namespace headroom::tasks::detail {

/// append(stream, data, wake, dedup) writes an entry; now() is the server's clock in ms;
/// delay(delayed, payloads, id, ms, channel, data, wake, dedup) puts it off and answers until when.
const std::string& append_lua();

/// whose(stream, group, consumer, id, deliveries) answers 1: the caller's, 0: another's, 2:
/// nobody's. drop(stream, group, id) ends an entry; free(dedup, stream, id) its dedup key.
const std::string& whose_lua();

/// message_of(stream, id) answers the field `data` of an entry, "" where there is none: of one
/// whose message was too large to be carried to whoever asks, and back.
const std::string& message_lua();

}  // namespace headroom::tasks::detail
