-- Keeps a thing of a kind of which only so many bytes are kept in one span of time: anybody may send documents.
-- KEYS: the thing, the bytes of its kind. ARGV: what it is, how long it is kept in milliseconds, the most bytes.
local kept = redis.call('INCRBY', KEYS[2], #ARGV[1])
if kept == #ARGV[1] then
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
if kept > tonumber(ARGV[3]) then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
