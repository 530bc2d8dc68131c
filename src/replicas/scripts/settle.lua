-- Writes down what became of a write, unless the record is somebody else's by now.
-- KEYS: record. ARGV: token, digest of the input, outcome, lifetime in milliseconds.
local token = redis.call('HGET', KEYS[1], 'token')
if token and token ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'input', ARGV[2], 'token', ARGV[1], 'state', 'done', 'outcome', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
