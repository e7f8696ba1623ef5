package dev.postroad.cli.bulk;

import java.time.Duration;

/** Lets time pass. */
@FunctionalInterface
public interface Pause {
    /** Waits, at most so long; whether the bulk is to stop. */
    boolean stopsWithin(Duration limit) throws InterruptedException;
}
