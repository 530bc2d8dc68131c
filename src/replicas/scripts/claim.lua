-- Claims an idempotency key, or says what it stands for.
-- KEYS: era, record. ARGV: token, digest of the input, lifetime in milliseconds.
-- Answers a word, and with `done` the outcome.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return { 'strange' }
end
local record = redis.call('HMGET', KEYS[2], 'input', 'state', 'outcome', 'alive')
if not record[1] or redis.call('HGET', KEYS[2], 'token') == ARGV[1] and record[2] == 'claimed' then
  redis.call('HSET', KEYS[2], 'input', ARGV[2], 'token', ARGV[1], 'state', 'claimed')
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
  return { 'claimed' }
end
if record[1] ~= ARGV[2] then
  return { 'other' }
end
if record[2] == 'done' then
  return { 'done', record[3] }
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if record[2] == 'sent' and now > tonumber(record[4]) then
  return { 'lost' }
end
return { 'held' }
