/** How rows and pages are read and written as JSON, whatever is in them. Must not know any of the other rooms. */
@NullMarked
package dev.postroad.runtime.history.rows;

import org.jspecify.annotations.NullMarked;
