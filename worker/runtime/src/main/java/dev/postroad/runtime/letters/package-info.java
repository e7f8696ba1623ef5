/**
 * Reads dead letters back for people. Cursors come in, and records of the topic go out; nothing is written, and nothing
 * is remembered of who read what. Must not know what letters are about.
 */
@NullMarked
package dev.postroad.runtime.letters;

import org.jspecify.annotations.NullMarked;
