/**
 * The journal in Postgres: group commit, fencing, reading back. Decided events come in; committed ones go out.
 * Must not know Kafka or agents.
 */
@NullMarked
package dev.postroad.runtime.journal;

import org.jspecify.annotations.NullMarked;
