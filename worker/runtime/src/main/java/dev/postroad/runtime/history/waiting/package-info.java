/** What runs ask people: open questions of all runs, page by page. */
@NullMarked
package dev.postroad.runtime.history.waiting;

import org.jspecify.annotations.NullMarked;
