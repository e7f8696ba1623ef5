package dev.postroad.runtime.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentLogger;
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
        List<LogEntry> kept = new ArrayList<>(logs.next(RunLogs.MOST_WAITING, 0));
        long most = RunLogs.MOST_WAITING / NOISY;
        for (int i = 0; i < NOISY; i++) {
            String run = "noisy-" + i;
            assertThat(kept.stream().filter(entry -> entry.source().runId().equals(run)))
                    .as(run)
                    .hasSizeBetween((int) most / 2, (int) most);
        }
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
