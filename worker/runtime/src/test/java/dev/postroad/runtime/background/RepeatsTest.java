package dev.postroad.runtime.background;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.postroad.runtime.testing.SetClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A trouble that lasts is said, and said again with its count, and never floods a log. */
@NullMarked
class RepeatsTest {
    private final SetClock clock = new SetClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final LoggerContext context = new LoggerContext();
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
    private final Logger log = context.getLogger("test");
    private final Repeats repeats = new Repeats(log, clock);

    @BeforeEach
    void listen() {
        appender.start();
        log.addAppender(appender);
    }

    private List<String> lines() {
        return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void countsWhatIsRepeatedAndSaysHowOftenOnceAMinute() {
        IOException away = new IOException("refused");
        for (int i = 0; i < 1_000; i++) {
            repeats.warn("Postgres cannot be reached", away);
        }
        assertThat(lines()).containsExactly("Postgres cannot be reached: refused");
        clock.pass(Repeats.QUIET);
        repeats.warn("Postgres cannot be reached", away);
        repeats.warn("Postgres cannot be reached", away);
        assertThat(lines())
                .containsExactly(
                        "Postgres cannot be reached: refused",
                        "Postgres cannot be reached: refused (and 999 times more since 2026-01-01T00:00:00Z)");
    }

    @Test
    void tellsReasonsApartByHowTheyBegin() {
        for (int partitions = 100; partitions < 1_000; partitions++) {
            repeats.warn("no offsets of [" + "a-0, ".repeat(partitions) + "]");
            repeats.warn("a record that begins so cannot be read: " + "x".repeat(partitions + 500));
        }
        assertThat(lines()).hasSize(2);
    }

    @Test
    void takesNoOtherTimeAndNoOtherListForAnotherReason() {
        repeats.warn("triggers cannot be read", new IOException("no offsets of [a-1, a-0] in 2001ms"));
        repeats.warn("triggers cannot be read", new IOException("no offsets of [a-0] in 2000 ms"));
        clock.pass(Repeats.QUIET);
        repeats.warn("triggers cannot be read", new IOException("no offsets of [a-1] in 2000ms"));
        assertThat(lines())
                .containsExactly(
                        "triggers cannot be read: no offsets of [a-1, a-0] in 2001ms",
                        "triggers cannot be read: no offsets of [a-1] in 2000ms"
                                + " (and 1 times more since 2026-01-01T00:00:00Z)");
    }

    @Test
    void takesOtherCountsOfAPoolForNoOtherReason() {
        String away = "not available, request timed out after %dms (total=%d, active=0, idle=0, waiting=%d)";
        repeats.warn("shards cannot be taken up", new IOException(away.formatted(10_000, 0, 11)));
        repeats.warn("shards cannot be taken up", new IOException(away.formatted(10_001, 1, 8)));
        assertThat(lines()).hasSize(1);
    }

    @Test
    void saysAtOnceThatTheReasonIsAnother() {
        repeats.warn("Postgres cannot be reached", new IOException("refused"));
        repeats.warn("Postgres cannot be reached", new IOException("no route"));
        repeats.warn("Postgres cannot be reached", new IOException("refused"));
        assertThat(lines())
                .containsExactly("Postgres cannot be reached: refused", "Postgres cannot be reached: no route");
    }

    @Test
    void aMessageThatIsNeverTheSameCannotFloodTheLog() {
        for (int i = 0; i < 10_000; i++) {
            repeats.warn("offset " + i + " cannot be read");
        }
        assertThat(lines()).hasSize(Repeats.MOST + 1).last().asString().contains("offset " + Repeats.MOST);
    }

    @Test
    void aClockThatIsSetBackSilencesNothing() {
        repeats.warn("away");
        clock.pass(Duration.ofHours(-2));
        repeats.warn("away");
        assertThat(lines()).hasSize(2);
    }

    @Test
    void aDefectIsShownWithItsPlaceOnce() {
        IllegalStateException defect = new IllegalStateException("broken");
        repeats.error("looking broke; it goes on", defect);
        repeats.error("looking broke; it goes on", defect);
        assertThat(appender.list)
                .hasSize(1)
                .first()
                .satisfies(event -> assertThat(event.getThrowableProxy()).isNotNull());
    }
}
