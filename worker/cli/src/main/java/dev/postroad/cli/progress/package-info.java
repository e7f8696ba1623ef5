/**
 * What a run looks like while it is followed. Events come in; lines of text go out. Must not know where events come
 * from.
 */
@NullMarked
package dev.postroad.cli.progress;

import org.jspecify.annotations.NullMarked;
