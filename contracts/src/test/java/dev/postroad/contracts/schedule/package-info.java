/** Tests of when schedules are due. Clocks of zones come in; times go out. */
@NullMarked
package dev.postroad.contracts.schedule;

import org.jspecify.annotations.NullMarked;
