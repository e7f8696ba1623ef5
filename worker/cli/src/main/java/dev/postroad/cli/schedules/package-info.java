/**
 * The commands about schedules: what there is, and to pause, start and make up for them. Arguments come in; lines and
 * changes in Postgres go out. Must not know how their runs are started.
 */
@NullMarked
package dev.postroad.cli.schedules;

import org.jspecify.annotations.NullMarked;
