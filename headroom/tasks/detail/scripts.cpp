#include "headroom/tasks/detail/scripts.hpp"

#include "headroom/tasks/detail/lua_parts.hpp"

namespace headroom::tasks::detail {

const redis::script& place_script() {
    static const redis::script made(append_lua() + R"lua(
local cap, id, window, ms = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if window > 0 then
  local first = redis.call('GET', KEYS[4])
  if first then return {'known', first} end
end
local length = ms > 0 and redis.call('ZCARD', KEYS[2]) or redis.call('XLEN', KEYS[1])
if length >= cap then return {'full', length} end
if window > 0 then redis.call('SET', KEYS[4], id, 'PX', window) end
local dedup = ARGV[5] == '1' and KEYS[4] or ''
if ms > 0 then
  return {'delayed', delay(KEYS[2], KEYS[3], id, ms, ARGV[6], ARGV[8], ARGV[7], dedup)}
end
return {'sent', append(KEYS[1], ARGV[8], ARGV[7], dedup)}
)lua");
    return made;
}

const redis::script& heartbeat_script() {
    static const redis::script made(R"lua(
local kept = {}
for i = 3, #ARGV do
  local row = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1)[1]
  if row and row[2] == ARGV[2] then
    kept[i - 2] = #redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
  else
    kept[i - 2] = 0
  end
end
return kept
)lua");
    return made;
}

const redis::script& finish_script() {
    static const redis::script made(whose_lua() + R"lua(
local answer = whose(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
if answer ~= 1 then return answer end
if ARGV[7] ~= '' then redis.call('SET', KEYS[2], ARGV[7], 'PX', ARGV[8]) end
drop(KEYS[1], ARGV[1], ARGV[3])
free(KEYS[3], KEYS[1], ARGV[5])
if ARGV[6] ~= '' then redis.call('PUBLISH', ARGV[6], ARGV[5]) end
return 1
)lua");
    return made;
}

const redis::script& again_script() {
    static const redis::script made(append_lua() + whose_lua() + R"lua(
local answer = whose(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
if answer ~= 1 then return answer end
local ms = tonumber(ARGV[6])
if ms > 0 then
  delay(KEYS[2], KEYS[3], ARGV[5], ms, ARGV[7], ARGV[10], ARGV[8], ARGV[9])
else
  append(KEYS[1], ARGV[10], ARGV[8], ARGV[9])
end
drop(KEYS[1], ARGV[1], ARGV[3])
return 1
)lua");
    return made;
}

const redis::script& dead_script() {
    static const redis::script made(whose_lua() + message_lua() + R"lua(
local answer = whose(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
if answer ~= 1 then return answer end
local letter = {unpack(ARGV, 10)}
if letter[#letter] == '' then letter[#letter] = message_of(KEYS[1], ARGV[3]) end
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[9], '*', unpack(letter))
if ARGV[7] ~= '' then redis.call('SET', KEYS[2], ARGV[7], 'PX', ARGV[8]) end
drop(KEYS[1], ARGV[1], ARGV[3])
free(KEYS[3], KEYS[1], ARGV[5])
if ARGV[6] ~= '' then redis.call('PUBLISH', ARGV[6], ARGV[5]) end
return 1
)lua");
    return made;
}

const redis::script& bury_script() {
    static const redis::script made(R"lua(
local content = redis.sha1hex(ARGV[#ARGV])
if redis.call('GET', KEYS[2]) == content then return 0 end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, 3))
redis.call('SET', KEYS[2], content, 'PX', ARGV[1])
return 1
)lua");
    return made;
}

const redis::script& hand_back_script() {
    static const redis::script made(R"lua(
local back = 0
for i = 6, #ARGV, 2 do
  local row = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1)[1]
  if row and row[2] == ARGV[2] then
    back = back + #redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[3], 0, ARGV[i], 'IDLE', ARGV[4],
                              'RETRYCOUNT', ARGV[i + 1], 'JUSTID')
  end
end
if back > 0 and ARGV[5] ~= '' then redis.call('PUBLISH', ARGV[5], 'back') end
return back
)lua");
    return made;
}

const redis::script& leave_script() {
    static const redis::script made(R"lua(
if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1
)lua");
    return made;
}

const redis::script& forget_script() {
    static const redis::script made(R"lua(
local gone = 0
for _, row in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local of = {}
  for i = 1, #row, 2 do of[row[i]] = row[i + 1] end
  if string.sub(of.name, 1, #ARGV[2]) == ARGV[2] and of.pending == 0
      and of.idle >= tonumber(ARGV[3]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], of.name)
    gone = gone + 1
  end
end
return gone
)lua");
    return made;
}

const redis::script& promote_script() {
    static const redis::script made(append_lua() + R"lua(
local at = now()
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', at, 'LIMIT', 0, ARGV[1])
for _, id in ipairs(due) do
  local packed = redis.call('HGET', KEYS[3], id)
  if packed then
    local wake, dedup, from = string.match(packed, '^(%d+):(%d+):()')
    local middle = from + wake
    append(KEYS[1], string.sub(packed, middle + dedup), string.sub(packed, from, middle - 1),
           string.sub(packed, middle, middle + dedup - 1))
  end
  redis.call('ZREM', KEYS[2], id)
  redis.call('HDEL', KEYS[3], id)
end
local next = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
return {#due, next[2] and math.max(0, next[2] - at) or -1}
)lua");
    return made;
}

const redis::script& cancel_script() {
    static const redis::script made(append_lua() + R"lua(
local at = now()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at - ARGV[3])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], at, ARGV[1])
redis.call('INCR', KEYS[2])
redis.call('PUBLISH', ARGV[2], 'look')
-- A worker ends a delayed task too, so that it has a result: now, not when it would be due.
if redis.call('ZADD', KEYS[3], 'XX', 'CH', 0, ARGV[1]) == 1 then
  redis.call('PUBLISH', ARGV[2], 'due')
end
return 1
)lua");
    return made;
}

const redis::script& requeue_script() {
    static const redis::script made(append_lua() + message_lua() + R"lua(
local data = ARGV[3] ~= '' and ARGV[3] or message_of(KEYS[1], ARGV[1])
if data == '' or redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
append(KEYS[2], data, ARGV[2], '')
return 1
)lua");
    return made;
}

}  // namespace headroom::tasks::detail
