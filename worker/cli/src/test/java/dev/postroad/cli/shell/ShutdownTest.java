package dev.postroad.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class ShutdownTest {
    private final Shutdown shutdown = new Shutdown();
    private final List<String> done = new ArrayList<>();

    @Test
    void undoesTheLatestFirstAndEachThingOnce() {
        shutdown.add(() -> done.add("first"));
        shutdown.add(() -> done.add("second"));
        shutdown.addLast(() -> done.add("at the very end"));
        assertThat(shutdown.hasBegun()).isFalse();
        shutdown.run();
        shutdown.run();
        assertThat(done).containsExactly("second", "first", "at the very end");
        assertThat(shutdown.hasBegun()).isTrue();
        assertThat(shutdown.isSignalled()).isFalse();
    }

    @Test
    void goesOnWhenOneThingCannotBeUndone() {
        shutdown.add(() -> done.add("servers"));
        shutdown.add(() -> {
            throw new IllegalStateException("the worker does not stop");
        });
        shutdown.run();
        assertThat(done).containsExactly("servers");
    }
}
