/**
 * The graphs and agents that may be used. Registry records come in; compiled graphs and clients of agents go out.
 * Must not know runs.
 */
@NullMarked
package dev.postroad.runtime.registry;

import org.jspecify.annotations.NullMarked;
