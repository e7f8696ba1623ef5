package dev.postroad.cli.servers;

/** What a command needs of its servers. */
public enum Need {
    /** To look into Postgres. */
    POSTGRES,
    /** To send messages and follow runs; where the servers are embedded here, that they are acted on. */
    WORKER
}
