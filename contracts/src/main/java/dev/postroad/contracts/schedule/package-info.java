/**
 * When schedules are due. Cron expressions, zones and periods come in; times go out.
 * Must not know what a schedule starts, nor what time it is.
 */
@NullMarked
package dev.postroad.contracts.schedule;

import org.jspecify.annotations.NullMarked;
