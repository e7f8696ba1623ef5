/**
 * Which agents can be called: whether somebody disabled them, and how their circuit breakers stand, the same on all
 * workers. What calls met comes in; who may be called, and events about agents, go out. Must not know runs.
 */
@NullMarked
package dev.postroad.runtime.availability;

import org.jspecify.annotations.NullMarked;
