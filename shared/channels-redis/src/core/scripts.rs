//! What runs inside Redis: each script is one step that nobody else's commands come between.

use redis::Script;

/// Puts messages under keys, a message of its own for each, unless a key is full. Returns four lists: the indexes (from 1) of the full
/// keys; index and time of the oldest message for each key that holds an unread one; the indexes of keys that cannot be used, since they
/// hold something else or are forbidden; and what Redis said of the first of those.
///
/// What is too old is dropped last: Redis with no memory left refuses a script's ZADD only as long as the script has written nothing.
///
/// KEYS: one for each process, or the one channel. ARGV: time of sending, oldest that still counts, expiry in whole seconds; then for
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

/// Takes the oldest messages out of a channel and keeps them beside it until they are delivered.
///
/// What Redis has done of a script it does not undo: where the messages are to go is looked at before they are taken, so that it fails there.
///
/// KEYS: the channel, what is in flight from it. ARGV: how many at most, expiry in whole seconds.
pub(super) fn take() -> Script {
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

/// Puts messages in flight back where they were, those that still are in flight. Returns how many. Fails before it takes them, as above.
///
/// KEYS: the channel, what is in flight from it. ARGV: expiry in whole seconds, then the messages.
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
