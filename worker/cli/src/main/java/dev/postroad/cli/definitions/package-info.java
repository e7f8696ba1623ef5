/**
 * Reads, checks, publishes, removes and draws graphs and agents. Files and the registry come in; what was published goes
 * out. Must not know runs.
 */
@NullMarked
package dev.postroad.cli.definitions;

import org.jspecify.annotations.NullMarked;
