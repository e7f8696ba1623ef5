/**
 * Runs what serves others: a worker, or everything on this machine; and makes given servers ready for them.
 */
@NullMarked
package dev.postroad.cli.serving;

import org.jspecify.annotations.NullMarked;
