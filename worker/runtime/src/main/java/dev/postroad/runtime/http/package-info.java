/**
 * What a worker answers over HTTP. Requests come in; what is stored, health and metrics go out, and messages to Kafka as
 * from any client. Must not know the runs of its own worker.
 */
@NullMarked
package dev.postroad.runtime.http;

import org.jspecify.annotations.NullMarked;
