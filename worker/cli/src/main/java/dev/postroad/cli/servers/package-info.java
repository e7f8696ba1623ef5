/**
 * The Kafka, the Postgres and the worker that a command works with. Settings come in; clients of servers that are known
 * to be there go out, whether they are given, embedded or another process's. Must not know commands.
 */
@NullMarked
package dev.postroad.cli.servers;

import org.jspecify.annotations.NullMarked;
