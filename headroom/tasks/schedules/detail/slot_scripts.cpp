#include "headroom/tasks/schedules/detail/slot_scripts.hpp"

#include <string>

namespace headroom::tasks::detail {
namespace {

// A last slot far in the future is of a clock that was wrong: it counts from now on.
const std::string slot_lua = R"lua(
local function read_slot(key)
  local state = redis.pcall('GET', key)
  if type(state) ~= 'string' then return nil, nil end
  local last, when = string.match(state, '^(%d+) (.*)$')
  return tonumber(last), when
end
local function write_slot(key, last, when, kept)
  redis.call('SET', key, string.format('%.0f', last) .. ' ' .. when, 'EX', kept)
end
local function adopt(key, when, back, kept)
  local now = tonumber(redis.call('TIME')[1])
  local last, of = read_slot(key)
  last = last or 0
  if of ~= when then last = math.max(last, now - back) end
  if last > now + 3600 then last = now end
  write_slot(key, last, when, kept)
  return last
end
)lua";

}  // namespace

const redis::script& ids_script() {
    static const redis::script made(R"lua(
local answer = {}
for i, key in ipairs(KEYS) do
  local ids = redis.pcall('LRANGE', key, 0, ARGV[1] - 1)
  local kept = {}
  for _, id in ipairs(ids.err and {} or ids) do
    if #id <= tonumber(ARGV[2]) then kept[#kept + 1] = id end
  end
  answer[i] = kept
end
return answer
)lua");
    return made;
}

const redis::script& read_script() {
    static const redis::script made(R"lua(
local answer = {}
for i = 1, #KEYS, 2 do
  local size = redis.pcall('STRLEN', KEYS[i])
  local data, state = '', redis.pcall('GET', KEYS[i + 1])
  if type(size) == 'table' then
    size = -2
  elseif size == 0 then
    size = -1
  elseif size <= tonumber(ARGV[1]) then
    data = redis.call('GET', KEYS[i])
  end
  answer[#answer + 1] = {size, data, type(state) == 'string' and state or ''}
end
return answer
)lua");
    return made;
}

const redis::script& adopt_script() {
    static const redis::script made(slot_lua + R"lua(
local answer = {}
for i, key in ipairs(KEYS) do
  answer[i] = adopt(key, ARGV[3 * i - 2], tonumber(ARGV[3 * i - 1]), ARGV[3 * i])
end
return answer
)lua");
    return made;
}

const redis::script& fire_script() {
    static const redis::script made(slot_lua + R"lua(
local data = redis.pcall('GET', KEYS[1])
if data ~= ARGV[1] then return {data and 'changed' or 'gone'} end
local slot, when, kept, message = tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5]), ARGV[7]
local time = redis.call('TIME')
if tonumber(time[1]) < slot then return {'early', time[1] * 1000000 + time[2]} end
if kept > 0 then
  local last, of = read_slot(KEYS[2])
  if of ~= when then return {'lost'} end
  if last >= slot then return {'known', last} end
end
if message ~= '' then
  local length = redis.call('XLEN', KEYS[4])
  if length >= tonumber(ARGV[6]) then return {'full', length} end
  redis.call('XADD', KEYS[4], '*', 'data', message)
end
if kept > 0 then
  write_slot(KEYS[2], slot, when, kept)
else
  redis.call('DEL', KEYS[1])
  redis.pcall('LREM', KEYS[3], 0, ARGV[2])
end
return {message ~= '' and 'sent' or 'passed'}
)lua");
    return made;
}

const redis::script& tidy_script() {
    static const redis::script made(R"lua(
local data = redis.pcall('GET', KEYS[1])
if (data or '') ~= ARGV[1] then return 0 end
if not data then redis.call('DEL', KEYS[2]) end
redis.pcall('LREM', KEYS[3], 0, ARGV[2])
return 1
)lua");
    return made;
}

const redis::script& add_script() {
    static const redis::script made(slot_lua + R"lua(
for i = 3, 6 do redis.call('LREM', KEYS[i], 0, ARGV[1]) end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('RPUSH', KEYS[6], ARGV[1])
if tonumber(ARGV[5]) > 0 then
  adopt(KEYS[2], ARGV[3], tonumber(ARGV[4]), ARGV[5])
else
  redis.call('DEL', KEYS[2])
end
return redis.call('INCR', KEYS[7])
)lua");
    return made;
}

const redis::script& remove_script() {
    static const redis::script made(R"lua(
local was = redis.call('DEL', KEYS[1])
redis.call('DEL', KEYS[2])
for i = 3, 5 do redis.call('LREM', KEYS[i], 0, ARGV[1]) end
redis.call('INCR', KEYS[6])
return was
)lua");
    return made;
}

}  // namespace headroom::tasks::detail
