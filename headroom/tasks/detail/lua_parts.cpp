#include "headroom/tasks/detail/lua_parts.hpp"

namespace headroom::tasks::detail {

// An entry has the field `data`, as Python writes it, and two that Python passes over: `w`, the
// channel on which somebody waits for the result, and `u`, the dedup key that completion frees.
const std::string& append_lua() {
    static const std::string made = R"lua(
local function append(stream, data, wake, dedup)
  local entry = {'data', data}
  if wake ~= '' then entry[3] = 'w'; entry[4] = wake end
  if dedup ~= '' then entry[#entry + 1] = 'u'; entry[#entry + 1] = dedup end
  return redis.call('XADD', stream, '*', unpack(entry))
end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function delay(delayed, payloads, id, ms, channel, data, wake, dedup)
  local due = now() + ms
  redis.call('ZADD', delayed, due, id)
  redis.call('HSET', payloads, id, #wake .. ':' .. #dedup .. ':' .. wake .. dedup .. data)
  if redis.call('ZRANGE', delayed, 0, 0)[1] == id then redis.call('PUBLISH', channel, 'due') end
  return due
end
)lua";
    return made;
}

const std::string& whose_lua() {
    static const std::string made = R"lua(
local function whose(stream, group, consumer, id, deliveries)
  local row = redis.call('XPENDING', stream, group, id, id, 1)[1]
  if not row then return 2 end
  if row[2] ~= consumer or row[4] ~= tonumber(deliveries) then return 0 end
  return 1
end
local function drop(stream, group, id)
  redis.call('XACK', stream, group, id)
  redis.call('XDEL', stream, id)
end
local function free(dedup, stream, id)
  if dedup ~= stream and redis.call('GET', dedup) == id then redis.call('DEL', dedup) end
end
)lua";
    return made;
}

const std::string& message_lua() {
    static const std::string made = R"lua(
local function message_of(stream, id)
  local entry = redis.call('XRANGE', stream, id, id)[1]
  for i = 1, entry and #entry[2] or 0, 2 do
    if entry[2][i] == 'data' then return entry[2][i + 1] end
  end
  return ''
end
)lua";
    return made;
}

}  // namespace headroom::tasks::detail
