//! Redis scripts. Each one runs atomically.

use redis::Script;

use crate::history::scripts::{APPEND, STORE};

/// Puts one message under each key, unless the key is full. Sets four lists:
///
/// - `full`: the indexes (from 1) of the full keys;
/// - `unread`: index and time of the oldest message for each key with an unread message;
/// - `broken`: the indexes of unusable keys, which hold another type or are forbidden;
/// - `said`: Redis' error for the first unusable key.
///
/// Expired messages are removed last: Redis without memory refuses a script's ZADD only while the script has written nothing.
///
/// The first `K` keys and `A` arguments are other ones. KEYS: one for each process, or the one channel. ARGV: time of sending, time of
/// expired messages, expiry in whole seconds; then for each key a payload and a capacity.
const PUT: &str = r"
    local full, unread, broken, said = {}, {}, {}, {}
    for i = 1, #KEYS - K do
        local key = KEYS[K + i]
        local oldest = redis.pcall('ZRANGE', key, 0, 0, 'WITHSCORES')
        if oldest.err then
            broken[#broken + 1] = i
            said[1] = said[1] or oldest.err
        else
            if oldest[2] then
                unread[#unread + 1] = {i, oldest[2]}
            end
            if redis.call('ZCOUNT', key, '(' .. ARGV[A + 2], '+inf') >= tonumber(ARGV[A + 3 + 2 * i]) then
                full[#full + 1] = i
            else
                redis.call('ZADD', key, SENT, PAYLOAD)
                redis.call('EXPIRE', key, ARGV[A + 3])
            end
        end
    end
    for i = 1, #KEYS - K do
        redis.pcall('ZREMRANGEBYSCORE', KEYS[K + i], 0, ARGV[A + 2])
    end
";

/// Sets `stamp` to a time of sending after the previous one: members of a group get its messages in the order of their positions, even if
/// the clocks of the senders differ, by less than a second.
const ORDER: &str = r"
    local ahead = stamp - ARGV[15]
    stamp = (ahead >= 0 and ahead < 1) and string.format('%.6f', stamp + 0.000001) or ARGV[15]
";

/// Puts one message under each key. Returns the four lists.
///
/// KEYS and ARGV: those of [`PUT`].
pub(super) fn put() -> Script {
    let put = PUT.replace("SENT", "ARGV[1]").replace("PAYLOAD", "ARGV[2 + 2 * i]");
    Script::new(&format!("local K, A = 0, 0 {put} return {{full, unread, broken, said}}"))
}

/// Appends a message to the history of a group and puts it under the key of each member. Returns the four lists and the position; no
/// position, and nothing is done, if the group has another number of members.
///
/// KEYS: those of [`APPEND`], the group's members, those of [`PUT`]. ARGV: those of [`APPEND`], the number of members or -1 for any number,
/// those of [`PUT`].
pub(super) fn put_kept() -> Script {
    let put = PUT.replace("SENT", "stamp").replace("PAYLOAD", "placed(ARGV[A + 2 + 2 * i], position)");
    let check = r"
        local K, A = 4, 14
        if ARGV[14] ~= '-1' and redis.call('ZCARD', KEYS[4]) ~= tonumber(ARGV[14]) then
            return {{}, {}, {}, {}, false}
        end
    ";
    Script::new(&format!("{check} {APPEND} {ORDER} {STORE} {put} return {{full, unread, broken, said, position}}"))
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
