/**
 * Prepares what a worker stands on: the schema and the topics. Settings come in; a database and a Kafka that are fit
 * for use go out, or the reason why they are not. Must not know runs.
 */
@NullMarked
package dev.postroad.runtime.provisioning;

import org.jspecify.annotations.NullMarked;
