/**
 * What is around a command: streams, variables, a terminal, signals. Comes in from the operating system; goes out to
 * commands, so that tests can put something else in its place. Must not know Kafka or Postgres.
 */
@NullMarked
package dev.postroad.cli.shell;

import org.jspecify.annotations.NullMarked;
