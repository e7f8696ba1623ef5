/**
 * How Postgres is reached, and what its errors mean. In come settings and errors; out go pools of connections, of which
 * those that a network forgot are given up, and verdicts that all who write and read judge by. It knows nothing of what
 * is in the tables.
 */
@NullMarked
package dev.postroad.runtime.database;

import org.jspecify.annotations.NullMarked;
