/**
 * How records of Kafka's topics are read: one loop that polls, hands each record over, keeps its place and sets aside
 * what is bad. Records come in; handlers are called. Must not know what a record means.
 */
@NullMarked
package dev.postroad.runtime.reading;

import org.jspecify.annotations.NullMarked;
