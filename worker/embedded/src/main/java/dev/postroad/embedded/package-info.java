/**
 * A real Kafka, a real PostgreSQL and a simulated model, run by this process on 127.0.0.1.
 *
 * <p>In comes a directory that keeps their data and, where wanted, fixed ports. Out come addresses which any client
 * can use. It must not know anything of Postroad: no topic, no table, no graph.
 */
@NullMarked
package dev.postroad.embedded;

import org.jspecify.annotations.NullMarked;
