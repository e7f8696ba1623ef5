package dev.postroad.runtime.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentLogger;
import dev.postroad.runtime.testing.SetClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class RunLogsTest {
    private static final int NOISY = 200;
    private static final int FEW = 10;

    private final RunLogs logs = new RunLogs(InstantSource.system());

    @Test
    void howeverManyAttemptsOfARunSayTooMuchThereIsRoomForOthers() {
        flood("x");
        assertAllLinesAreKeptOf(log("quiet"));
    }

    @Test
    void howeverLongTheirLinesAreThereIsRoomForOthers() {
        flood("x".repeat(CallLog.MOST_CHARACTERS));
        assertAllLinesAreKeptOf(log("quiet"));
    }

    @Test
    void attemptsThatSayTooMuchShareTheRoomEvenly() throws InterruptedException {
        flood("x");
        List<LogEntry> kept = new ArrayList<>(logs.next(RunLogs.MOST_WAITING));
        long most = RunLogs.MOST_WAITING / NOISY;
        for (int i = 0; i < NOISY; i++) {
            String run = "noisy-" + i;
            assertThat(kept.stream().filter(entry -> entry.source().runId().equals(run)))
                    .as(run)
                    .hasSizeBetween((int) most / 2, (int) most);
        }
    }

    @Test
    void whatKeepsARunFromGoingOnIsSaidOnceAnHourHoweverOftenItIsMet() throws InterruptedException {
        SetClock clock = new SetClock(Instant.parse("2031-03-01T10:00:00Z"));
        RepeatedTroubles troubles = new RepeatedTroubles(logs, clock);
        for (int i = 0; i < 100; i++) {
            troubles.tell("stuck", "its journal cannot be read");
            troubles.tell("other", "its journal cannot be read");
            clock.pass(Duration.ofSeconds(1));
        }
        troubles.tell("stuck", "its command cannot be read");
        assertThat(logs.next(10))
                .extracting(entry -> entry.source().runId() + ": " + entry.message())
                .containsExactly(
                        "stuck: its journal cannot be read",
                        "other: its journal cannot be read",
                        "stuck: its command cannot be read");
        clock.pass(Duration.ofHours(1));
        troubles.tell("stuck", "its journal cannot be read");
        assertThat(logs.next(10)).hasSize(1);
    }

    /** By turns, as they would side by side. */
    private void flood(String line) {
        List<CallLog> noisy = new ArrayList<>();
        for (int i = 0; i < NOISY; i++) {
            noisy.add(log("noisy-" + i));
        }
        for (int i = 0; i < CallLog.MOST_LINES / 10; i++) {
            noisy.forEach(log -> log.info(line));
        }
        assertThat(logs.dropped()).isPositive();
    }

    private void assertAllLinesAreKeptOf(AgentLogger quiet) {
        long dropped = logs.dropped();
        for (int i = 0; i < FEW; i++) {
            quiet.info("heard");
        }
        assertThat(logs.dropped()).isEqualTo(dropped);
    }

    private CallLog log(String runId) {
        return logs.of(runId, "told", "tell", "tell@1", 1, "teller");
    }
}
