package dev.postroad.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What was done to a sound store is found, and nothing else is. */
class VerdictTest {
    private static final Instant BEGUN = Instant.parse("2026-01-01T00:00:00Z");

    private final Set<String> triggered = new HashSet<>(Set.of("calm-0", "run-0", "run-1"));
    private final List<Order> orders = new ArrayList<>(List.of(Order.fork("run-0"), Order.of("cancel", "run-1")));
    private final List<Remains.Run> runs = new ArrayList<>();
    private final List<Remains.Row> rows = new ArrayList<>();
    private final Map<String, Integer> published = new HashMap<>();
    private final List<Agents.Call> calls = new ArrayList<>();
    private final List<Agents.Sent> sent = new ArrayList<>();
    private List<String> outOfOrder = List.of();
    private long most = ChaosGraph.LIMIT;

    VerdictTest() {
        for (String run : List.of("calm-0", "run-0", "fork-run-0")) {
            runs.add(new Remains.Run(run, "chaos", "completed", true, ""));
            rows.add(row(run, 1, "run.started", null, null, null));
            rows.add(row(run, 2, "node.started", "left@1", null, null));
            rows.add(row(run, 3, "run.completed", null, null, "{\"n\": 1, \"sum\": 4}"));
            published.put(run, 3);
            call(run, "left@1", run + "/left@1", 2);
        }
        rows.add(row("run-0", 4, "run.forked", null, "fork-run-0", "fork-run-0"));
        published.put("run-0", 4);
        runs.add(new Remains.Run("run-1", "chaos", "cancelled", true, ""));
        rows.add(row("run-1", 1, "run.cancelled", null, "cancel-run-1", null));
        published.put("run-1", 1);
    }

    private static Remains.Row row(
            String run,
            int seq,
            String type,
            @Nullable String task,
            @Nullable String command,
            @Nullable String detail) {
        return new Remains.Row(run, seq, type, task, BEGUN.plusSeconds(seq), command, detail);
    }

    private void call(String run, String task, String key, int second) {
        calls.add(new Agents.Call(run, task, key, 1, BEGUN.plusSeconds(second), ""));
    }

    private void sent(String task, int second) {
        sent.add(new Agents.Sent("run-0", task, 1, BEGUN.plusSeconds(second)));
    }

    private void hosted(String host) {
        calls.add(new Agents.Call("run-0", "left@1", "run-0/left@1", 1, BEGUN.plusSeconds(60), host));
    }

    private Map<String, List<String>> broken() {
        Map<String, List<String>> broken = new HashMap<>(Verdict.of(
                new Remains(triggered, orders, runs, rows, published, outOfOrder, calls, sent, most, Shared.NOTHING)));
        broken.values().removeIf(List::isEmpty);
        return broken;
    }

    private void replace(int index, Remains.Row row) {
        rows.set(index, row);
    }

    @Test
    void nothingIsFoundWhereNothingIsWrong() {
        assertThat(broken()).isEmpty();
    }

    @Test
    void aRunThatWasSentAndIsNotThereIsLost() {
        triggered.add("run-2");
        assertThat(broken()).containsOnly(Map.entry("runsLost", List.of("run-2")));
    }

    @Test
    void aForkThatWasAnsweredAndIsNotThereIsLost() {
        replace(9, row("run-0", 4, "run.forked", null, "fork-run-0", "nowhere"));
        assertThat(broken()).containsOnly(Map.entry("forksLost", List.of("nowhere")));
    }

    @Test
    void aRunThatDoesNotEndIsFound() {
        runs.set(1, new Remains.Run("run-0", "chaos", "completed", false, ""));
        assertThat(broken()).containsOnly(Map.entry("runsThatDidNotEnd", List.of("run-0")));
    }

    @Test
    void aRunThatFailsIsFoundAndSoIsItsJournalThatSaysElse() {
        runs.set(1, new Remains.Run("run-0", "chaos", "failed", true, ""));
        assertThat(broken()).containsOnlyKeys("runsThatFailed", "statusesUnlikeTheirJournal");
    }

    @Test
    void aGapInAJournalIsFound() {
        replace(9, row("run-0", 5, "run.forked", null, "fork-run-0", "fork-run-0"));
        assertThat(broken()).containsOnly(Map.entry("journalsWithGaps", List.of("run-0")));
    }

    @Test
    void aRowOfNoRunIsFound() {
        rows.add(row("", 1, "run.started", null, null, null));
        assertThat(broken()).containsOnly(Map.entry("rowsOfNoRun", List.of("run.started")));
    }

    @Test
    void anotherEndThanInCalmIsFoundHoweverItIsWritten() {
        replace(5, row("run-0", 3, "run.completed", null, null, "{\"sum\":4,\"n\":1}"));
        assertThat(broken()).isEmpty();
        replace(5, row("run-0", 3, "run.completed", null, null, "{\"n\": 1, \"sum\": 5}"));
        assertThat(broken()).containsOnly(Map.entry("statesUnlikeTheUndisturbed", List.of("run-0")));
    }

    @Test
    void anOrderThatNothingAnswersIsFound() {
        orders.add(Order.of("cancel", "run-0"));
        assertThat(broken()).containsOnly(Map.entry("ordersWithoutAnAnswer", List.of("cancel-run-0")));
    }

    @Test
    void anOrderThatIsAppliedTwiceIsFound() {
        rows.add(row("run-1", 2, "run.cancelled", null, "cancel-run-1", null));
        published.put("run-1", 2);
        assertThat(broken()).containsOnly(Map.entry("ordersAppliedTwice", List.of("cancel-run-1 run.cancelled")));
    }

    @Test
    void anEventThatDidNotComeIsFound() {
        published.put("run-0", 3);
        assertThat(broken()).containsOnly(Map.entry("journalsNotPublishedWhole", List.of("run-0")));
    }

    @Test
    void eventsOutOfOrderAreFound() {
        outOfOrder = List.of("a/3 after 1", "a/4 after 1");
        assertThat(broken()).containsOnlyKeys("eventsOutOfOrder");
    }

    @Test
    void aCallAfterTheEndOfItsRunIsFoundOnceItCannotHaveBeenOnTheWay() {
        call("run-0", "left@1", "run-0/left@1", 4);
        assertThat(broken()).isEmpty();
        call("run-0", "left@1", "run-0/left@1", 5);
        assertThat(broken()).containsOnly(Map.entry("callsAfterTheEndOfTheirRun", List.of("run-0/left@1")));
    }

    @Test
    void aTaskThatIsSentAfterTheEndOfItsRunIsFoundAndMayBeDoneThen() {
        sent("left@1", 3);
        hosted("one");
        assertThat(broken()).isEmpty();
        sent("left@1", 5);
        assertThat(broken()).containsOnly(Map.entry("tasksSentAfterTheEndOfTheirRun", List.of("run-0/left@1")));
    }

    @Test
    void aTaskThatNoJournalKnowsIsFoundAndSoIsWhatNobodySent() {
        sent("right@1", 2);
        hosted("one");
        assertThat(broken())
                .containsOnly(
                        Map.entry("callsOfNoTask", List.of("run-0/right@1")),
                        Map.entry("callsOfTasksThatWereNotSent", List.of("run-0/left@1#1")));
    }

    @Test
    void aCallOfWhatHasCompletedIsFoundUnlessTheRunWasTakenBackBehindIt() {
        runs.add(new Remains.Run("run-2", "chaos-tools", "waiting", false, ""));
        rows.add(row("run-2", 1, "node.started", "think@1/tool@1.0", null, null));
        rows.add(row("run-2", 2, "node.completed", "think@1/tool@1.0", null, null));
        rows.add(row("run-2", 6, "run.rolled-back", null, null, null));
        call("run-2", "think@1/tool@1.0", "run-2/think@1/tool@1.0", 3);
        call("run-2", "think@1/tool@1.0", "run-2/think@1/tool@1.0", 7);
        assertThat(broken()).doesNotContainKey("callsOfWhatWasDone");
        call("run-2", "think@1/tool@1.0", "run-2/think@1/tool@1.0", 4);
        assertThat(broken()).containsEntry("callsOfWhatWasDone", List.of("run-2/think@1/tool@1.0"));
        sent.add(new Agents.Sent("run-2", "think@1/tool@1.0", 1, BEGUN.plusSeconds(5)));
        assertThat(broken().get("callsOfWhatWasDone")).hasSize(2);
    }

    @Test
    void aTaskThatComesAgainToAHostIsNotDoneAgain() {
        sent("left@1", 2);
        sent("left@1", 2);
        hosted("one");
        hosted("another");
        assertThat(broken()).isEmpty();
        hosted("one");
        assertThat(broken()).containsOnly(Map.entry("tasksDoneTwiceByAHost", List.of("run-0/left@1#1 by one")));
    }

    @Test
    void aCallThatNoJournalKnowsIsFound() {
        call("run-0", "right@1", "run-0/right@1", 2);
        assertThat(broken()).containsOnly(Map.entry("callsOfNoTask", List.of("run-0/right@1")));
    }

    @Test
    void aTaskWithTwoKeysAndAKeyOfTwoTasksAreFound() {
        call("run-0", "left@1", "another", 2);
        assertThat(broken()).containsOnly(Map.entry("keysThatAreNotStable", List.of("run-0/left@1")));
        call("calm-0", "left@1", "another", 2);
        assertThat(broken().get("keysThatAreNotStable")).contains("another");
    }

    @Test
    void moreRunsUnderWayThanTheLimitAllowsAreFound() {
        most++;
        assertThat(broken()).containsOnlyKeys("limitsExceeded");
    }

    @Test
    void whatPostgresCommittedWhileItStoodStillIsKnownWhenItGoesOn() {
        Pauses pauses = new Pauses();
        pauses.add(BEGUN, BEGUN.plusSeconds(5));
        assertThat(pauses.committed(BEGUN.plusSeconds(2))).isEqualTo(BEGUN.plusSeconds(5));
        assertThat(pauses.committed(BEGUN.plusSeconds(6))).isEqualTo(BEGUN.plusSeconds(6));
    }
}
