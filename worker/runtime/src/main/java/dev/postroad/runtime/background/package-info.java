/** What goes on beside the runs: writing in portions, and cleaning up now and then. */
@NullMarked
package dev.postroad.runtime.background;

import org.jspecify.annotations.NullMarked;
