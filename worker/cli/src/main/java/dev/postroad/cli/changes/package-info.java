/**
 * Tells definitions apart. Two graphs or agents come in; lines go out that say what the one has and the other has not. It
 * knows nothing of where they were stored or read.
 */
@NullMarked
package dev.postroad.cli.changes;

import org.jspecify.annotations.NullMarked;
