/**
 * Makes instructions for runs of control messages, those that were kept for their run among them. Must not know lanes.
 */
@NullMarked
package dev.postroad.runtime.run.commands;

import org.jspecify.annotations.NullMarked;
