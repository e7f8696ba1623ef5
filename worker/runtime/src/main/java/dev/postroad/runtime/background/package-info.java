/** What goes on beside the runs: writing in portions, cleaning up now and then, and saying what goes wrong once. */
@NullMarked
package dev.postroad.runtime.background;

import org.jspecify.annotations.NullMarked;
