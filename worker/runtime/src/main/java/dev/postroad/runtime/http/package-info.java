/**
 * What a worker answers over HTTP. Requests come in; health and metrics go out. Must not know Kafka or Postgres.
 */
@NullMarked
package dev.postroad.runtime.http;

import org.jspecify.annotations.NullMarked;
