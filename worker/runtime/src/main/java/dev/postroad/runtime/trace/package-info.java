/**
 * Makes spans of what runs did, and sends them over OTLP. In comes what was committed, and what attempts tell of their
 * calls; out go spans with ids that any worker would give them. Must not know lanes, agents or the journal's writer, and
 * without an endpoint none of OpenTelemetry's classes is loaded.
 */
@NullMarked
package dev.postroad.runtime.trace;

import org.jspecify.annotations.NullMarked;
