/** What is logged about runs, on its way into Postgres. */
@NullMarked
package dev.postroad.runtime.logs;

import org.jspecify.annotations.NullMarked;
