package dev.postroad.cli.running;

import dev.postroad.cli.progress.Display;
import dev.postroad.cli.progress.RunProgress;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.live.Live;
import dev.postroad.contracts.live.Live.Happened;
import dev.postroad.contracts.live.Live.Shown;
import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Follows a run to its end, or as long as somebody wants to wait. */
final class RunFollower {
    private static final Duration BEAT = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Surroundings surroundings;
    private final Display display;

    RunFollower(Surroundings surroundings, Display display) {
        this.surroundings = surroundings;
        this.display = display;
    }

    /**
     * Follows and shows the run; returns how far it came.
     *
     * @param limit null to wait until the run ends
     * @param heard is told each event after it was shown, and may throw to stop
     */
    RunProgress follow(Followed watch, RunProgress before, @Nullable Duration limit, Consumer<RunEvent> heard) {
        Instant begun = surroundings.clock().instant();
        boolean wondered = false;
        RunProgress progress = before;
        Instant drawn = begun;
        while (progress.end() == null && !isOver(begun, limit)) {
            Optional<Live> next = watch.poll(BEAT);
            if (next.isPresent()) {
                progress = shown(next.get(), progress, heard);
            }
            // Where output comes without a break, the picture is drawn all the same.
            if (next.isEmpty() || isOver(drawn, BEAT)) {
                drawn = surroundings.clock().instant();
                display.tick(progress, drawn);
            }
            if (!wondered && progress.seq() == 0 && isOver(begun, PATIENCE)) {
                surroundings.say("no worker has answered yet; see that one runs on these servers: `postroad worker`");
                wondered = true;
            }
        }
        return progress;
    }

    private RunProgress shown(Live next, RunProgress before, Consumer<RunEvent> heard) {
        return switch (next) {
            case Happened(RunEvent event)
            when isNew(event, before) -> {
                RunProgress after = before.after(event);
                display.show(event, after);
                heard.accept(event);
                yield after;
            }
            case Happened known -> before;
            case Shown(OutputChunk chunk) -> {
                display.show(chunk);
                yield before.after(chunk);
            }
        };
    }

    private static boolean isNew(RunEvent event, RunProgress progress) {
        return event.seq() == 0 || event.seq() > progress.seq();
    }

    private boolean isOver(Instant begun, @Nullable Duration limit) {
        return limit != null && !surroundings.clock().instant().isBefore(begun.plus(limit));
    }
}
