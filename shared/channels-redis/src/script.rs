//! Calls of Redis scripts.

use redis::{ErrorKind, FromRedisValue, RedisResult, ScriptInvocation, ServerErrorKind, aio::MultiplexedConnection};

/// How often a script is called again if another client flushes it.
const CALLS: usize = 5;

/// Calls a script. The library loads an unknown script and calls it again. If it was flushed in between, it has not run.
pub(crate) async fn invoke<T: FromRedisValue>(
    connection: &mut MultiplexedConnection,
    call: &ScriptInvocation<'_>,
) -> RedisResult<T> {
    let mut called = call.invoke_async(connection).await;
    for _ in 1..CALLS {
        match &called {
            Err(fault) if fault.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                called = call.invoke_async(connection).await;
            }
            _ => break,
        }
    }
    called
}
