/** What runs and agents used. Nothing comes in but Postgres; reports go out. */
@NullMarked
package dev.postroad.runtime.history.costs;

import org.jspecify.annotations.NullMarked;
