//! channels-redis
