/**
 * The postroad command. Arguments come in; messages, states and exit codes go out. Everything that it does to runs it
 * does through Kafka and Postgres, as any other client would.
 */
@NullMarked
package dev.postroad.cli;

import org.jspecify.annotations.NullMarked;
