/** What was spent of budgets that runs share. Nothing comes in but Postgres; reports go out. */
@NullMarked
package dev.postroad.runtime.history.budgets;

import org.jspecify.annotations.NullMarked;
