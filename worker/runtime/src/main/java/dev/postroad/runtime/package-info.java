/**
 * The worker: everything that is wired together, in one place. Settings come in; a running worker goes out.
 * The engine, which decides, must not know that any of this is here.
 */
@NullMarked
package dev.postroad.runtime;

import org.jspecify.annotations.NullMarked;
