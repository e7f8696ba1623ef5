package dev.postroad.runtime.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullMarked;

/** A clock that stands until the test moves it. Thread-safe. */
@NullMarked
public final class SetClock implements InstantSource {
    private final AtomicReference<Instant> now;

    public SetClock(Instant now) {
        this.now = new AtomicReference<>(now);
    }

    /** Lets some time pass. */
    public void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    @Override
    public Instant instant() {
        return now.get();
    }
}
