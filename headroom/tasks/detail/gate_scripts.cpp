#include "headroom/tasks/detail/gate_scripts.hpp"

#include "headroom/tasks/detail/lua_parts.hpp"

namespace headroom::tasks::detail {
namespace {

// tokens_of() is what a bucket has at a moment; call() makes the first of those that wait due now.
const std::string& gate_lua() {
    static const std::string made = R"lua(
local function tokens_of(rate, per_second, most, at)
  local kept = redis.call('HMGET', rate, 'tokens', 'at')
  if not kept[1] then return most end
  return math.min(most, kept[1] + math.max(0, at - kept[2]) * per_second / 1000)
end
local function call_next(waiting, delayed, channel)
  for _ = 1, 16 do
    local first = redis.call('ZPOPMIN', waiting)[1]
    if not first then return 0 end
    if redis.call('ZADD', delayed, 'XX', 'CH', 0, first) == 1 then
      redis.call('PUBLISH', channel, 'due')
      return 1
    end
  end
  return 0
end
)lua";
    return made;
}

// Until a slot may be free: the first that ends unless it is kept, and those that wait before.
const std::string& wait_lua() {
    static const std::string made = R"lua(
local wait_most, wait_each = 3600000, 10
local function wait_for(slots, rate, waiting, member, id, at, concurrent, per_second, most)
  local ahead = redis.call('ZRANK', waiting, id) or redis.call('ZCARD', waiting)
  local wait = 0
  if concurrent > 0 then
    redis.call('ZREMRANGEBYSCORE', slots, '-inf', at)
    if not redis.call('ZSCORE', slots, member) and redis.call('ZCARD', slots) >= concurrent then
      local first = redis.call('ZRANGE', slots, 0, 0, 'WITHSCORES')[2]
      wait = first - at + 1 + ahead * wait_each
    end
  end
  if per_second > 0 then
    local tokens = tokens_of(rate, per_second, most, at)
    if tokens < 1 then
      wait = math.max(wait, math.ceil((1 + ahead - tokens) * 1000 / per_second))
    end
  end
  return math.min(wait, wait_most)
end
-- Answers whether another may begin of those that wait for a slot, and have not their own moment.
local function take(slots, rate, waiting, member, id, at, lease, concurrent, per_second, most)
  local open = 0
  redis.call('ZREM', waiting, id)
  if concurrent > 0 then
    redis.call('ZADD', slots, at + lease, member)
    redis.call('PEXPIRE', slots, lease)
    open = concurrent - redis.call('ZCARD', slots)
  end
  if per_second == 0 then return open end
  local left = tokens_of(rate, per_second, most, at) - 1
  redis.call('HSET', rate, 'tokens', left, 'at', at)
  redis.call('PEXPIRE', rate, math.ceil(most * 1000 / per_second))
  return math.min(open, left)
end
)lua";
    return made;
}

// Among the delayed tasks, with all that its entry has.
const std::string& put_off_lua() {
    static const std::string made = R"lua(
local function put_off(delayed, payloads, waiting, id, at, wait, channel, found)
  local fields, texts = {data = '', w = '', u = ''}, found[2]
  for i = 1, #texts, 2 do fields[texts[i]] = texts[i + 1] end
  if redis.call('ZSCORE', delayed, id) then id = id .. ' ' .. found[1] end
  delay(delayed, payloads, id, wait, channel, fields.data, fields.w, fields.u)
  redis.call('ZADD', waiting, 'NX', at, id)
  redis.call('PEXPIRE', waiting, 2 * wait_most)
end
)lua";
    return made;
}

}  // namespace

const redis::script& enter_script() {
    static const redis::script made(append_lua() + whose_lua() + gate_lua() + wait_lua() +
                                    put_off_lua() + R"lua(
local stream, delayed, payloads, limited = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, consumer, entry, deliveries, id, channel, lease, nobody, room = unpack(ARGV)
if whose(stream, group, consumer, entry, deliveries) ~= 1 then return {'lost'} end
local at, member = now(), entry .. ' ' .. consumer
local function gate(g)
  local k, a = 3 * g + 2, 4 * g + 6
  return KEYS[k], KEYS[k + 1], KEYS[k + 2], tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]),
         tonumber(ARGV[a + 3])
end
local gates, wait, shut = (#KEYS - 4) / 3, 0, 0
for g = 1, gates do
  local slots, rate, waiting, concurrent, per_second, most = gate(g)
  local own = wait_for(slots, rate, waiting, member, id, at, concurrent, per_second, most)
  if own > wait then wait, shut = own, g end
end
if wait == 0 then
  for g = 1, gates do
    local slots, rate, waiting, concurrent, per_second, most = gate(g)
    local left = take(slots, rate, waiting, member, id, at, lease, concurrent, per_second, most)
    if left >= 1 then call_next(waiting, delayed, channel) end
  end
  return {'in'}
end
local _, _, waiting = gate(shut)
redis.call('HINCRBY', limited, ARGV[4 * shut + 6], 1)
local found = redis.call('XRANGE', stream, entry, entry)[1]
if tonumber(deliveries) > 1 or not found or redis.call('ZCARD', waiting) >= tonumber(room) then
  redis.call('XCLAIM', stream, group, nobody, 0, entry, 'IDLE', lease + 1 - math.min(wait, lease),
             'RETRYCOUNT', deliveries - 1, 'JUSTID')
  return {'back', shut}
end
put_off(delayed, payloads, waiting, id, at, wait, channel, found)
drop(stream, group, entry)
return {'off', shut}
)lua");
    return made;
}

const redis::script& leave_script_of_gates() {
    static const redis::script made(append_lua() + gate_lua() + R"lua(
local delayed, member, channel, called, at = KEYS[1], ARGV[1], ARGV[2], 0, now()
for g = 1, (#KEYS - 1) / 3 do
  local slots, rate, waiting = KEYS[3 * g - 1], KEYS[3 * g], KEYS[3 * g + 1]
  local a = 4 * g - 1
  local concurrent, per_second, most = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), ARGV[a + 3]
  local held = redis.call('ZCARD', slots)
  if redis.call('ZREM', slots, member) == 1 then
    if per_second == 0 or tokens_of(rate, per_second, tonumber(most), at) >= 1 then
      called = called + call_next(waiting, delayed, channel)
    end
    if ARGV[a] == '1' and held >= concurrent then redis.call('PUBLISH', channel, 'room') end
  end
end
return called
)lua");
    return made;
}

const redis::script& keep_script() {
    static const redis::script made(append_lua() + R"lua(
local until_when = now() + ARGV[1]
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], until_when, ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
)lua");
    return made;
}

const redis::script& peek_script() {
    static const redis::script made(append_lua() + gate_lua() + R"lua(
local at, free, wait = now(), 1000000, 0
local concurrent, per_second = tonumber(ARGV[1]), tonumber(ARGV[2])
if concurrent > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at)
  free = concurrent - redis.call('ZCARD', KEYS[1])
  if free < 1 then wait = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] - at + 1 end
end
if per_second > 0 then
  local tokens = tokens_of(KEYS[2], per_second, tonumber(ARGV[3]), at)
  free = math.min(free, math.floor(tokens))
  if tokens < 1 then wait = math.max(wait, math.ceil((1 - tokens) * 1000 / per_second)) end
end
return {math.max(0, free), wait}
)lua");
    return made;
}

}  // namespace headroom::tasks::detail
