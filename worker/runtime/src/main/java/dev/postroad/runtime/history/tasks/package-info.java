/** The tasks of one run, with what went in and came out. Ids and places come in; pages go out. */
@NullMarked
package dev.postroad.runtime.history.tasks;

import org.jspecify.annotations.NullMarked;
