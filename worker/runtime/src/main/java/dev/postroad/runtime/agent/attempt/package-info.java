/**
 * What attempts at agents of any kind have in common: how they are sent, bounded, and told as faults where they fail. Must not
 * know any kind.
 */
@NullMarked
package dev.postroad.runtime.agent.attempt;

import org.jspecify.annotations.NullMarked;
