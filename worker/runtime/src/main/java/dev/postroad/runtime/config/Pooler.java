package dev.postroad.runtime.config;

/** What stands between a worker and Postgres. */
public enum Pooler {
    /** Nothing, or what gives each connection a session of its own. */
    NONE,
    /** What gives each transaction any session that is free, as pgbouncer does with {@code pool_mode=transaction}. */
    TRANSACTION
}
