/**
 * The order in which what happens in a run and what its nodes show are told. Events and chunks of output come in as their
 * topics or tables give them; one sequence goes out. Knows neither Kafka nor the database, and reads no clock.
 */
@NullMarked
package dev.postroad.contracts.live;

import org.jspecify.annotations.NullMarked;
