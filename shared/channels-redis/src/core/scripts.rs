//! Redis scripts. Each one runs atomically.

use redis::Script;

/// Puts one message under each key, unless the key is full. Returns four lists:
///
/// - the indexes (from 1) of the full keys;
/// - index and time of the oldest message for each key with an unread message;
/// - the indexes of unusable keys, which hold another type or are forbidden;
/// - Redis' error for the first unusable key.
///
/// Expired messages are removed last: Redis without memory refuses a script's ZADD only while the script has written nothing.
///
/// KEYS: one for each process, or the one channel. ARGV: time of sending, time of expired messages, expiry in whole seconds; then for
/// each key a payload and a capacity.
pub(super) fn put() -> Script {
    Script::new(
        r"
        local full, unread, broken, said = {}, {}, {}, {}
        for i, key in ipairs(KEYS) do
            local oldest = redis.pcall('ZRANGE', key, 0, 0, 'WITHSCORES')
            if oldest.err then
                broken[#broken + 1] = i
                said[1] = said[1] or oldest.err
            else
                if oldest[2] then
                    unread[#unread + 1] = {i, oldest[2]}
                end
                if redis.call('ZCOUNT', key, '(' .. ARGV[2], '+inf') >= tonumber(ARGV[3 + 2 * i]) then
                    full[#full + 1] = i
                else
                    redis.call('ZADD', key, ARGV[1], ARGV[2 + 2 * i])
                    redis.call('EXPIRE', key, ARGV[3])
                end
            end
        end
        for i, key in ipairs(KEYS) do
            redis.pcall('ZREMRANGEBYSCORE', key, 0, ARGV[2])
        end
        return {full, unread, broken, said}
        ",
    )
}

/// Moves the oldest messages of a channel to its messages in flight, where they stay until they are delivered.
///
/// Redis does not undo a failed script. So it first accesses the destination, to fail before it moves a message.
///
/// KEYS: the channel, its messages in flight. ARGV: the largest number of messages, expiry in whole seconds.
pub(super) fn fetch() -> Script {
    Script::new(
        r"
        redis.call('ZCARD', KEYS[2])
        local taken = redis.call('ZPOPMIN', KEYS[1], ARGV[1])
        for i = 1, #taken, 2 do
            redis.call('ZADD', KEYS[2], taken[i + 1], taken[i])
        end
        if #taken > 0 then
            redis.call('EXPIRE', KEYS[2], ARGV[2])
        end
        return taken
        ",
    )
}

/// Moves messages in flight back to their channel, if they are still in flight. Returns their number. It too fails before it moves one.
///
/// KEYS: the channel, its messages in flight. ARGV: expiry in whole seconds, then the messages.
pub(super) fn give_back() -> Script {
    Script::new(
        r"
        redis.call('ZCARD', KEYS[1])
        local given = 0
        for i = 2, #ARGV do
            local score = redis.call('ZSCORE', KEYS[2], ARGV[i])
            if score then
                redis.call('ZREM', KEYS[2], ARGV[i])
                redis.call('ZADD', KEYS[1], score, ARGV[i])
                given = given + 1
            end
        end
        if given > 0 then
            redis.call('EXPIRE', KEYS[1], ARGV[1])
        end
        return given
        ",
    )
}
