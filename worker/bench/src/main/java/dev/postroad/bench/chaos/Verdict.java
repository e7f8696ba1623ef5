package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with what is left: for each promise, those who broke it. A promise that holds has nobody. Runs whose name
 * begins with {@code calm-} ended before anything was struck; all others are to end as they did.
 */
final class Verdict {
    /** A call is on its way to the agent while its run ends, where another worker ended it. */
    private static final Duration ON_THE_WAY = Duration.ofSeconds(1);

    private static final Set<String> ENDS = Set.of("run.completed", "run.failed", "run.cancelled");
    private static final Set<String> SAYS_NOTHING_OF_STATUS = Set.of("command.rejected", "run.forked");

    private final Remains remains;
    private final Map<String, List<Remains.Row>> journals;

    private Verdict(Remains remains) {
        this.remains = remains;
        this.journals = remains.rows().stream()
                .sorted(Comparator.comparingInt(Remains.Row::seq))
                .collect(Collectors.groupingBy(Remains.Row::run));
    }

    static Map<String, List<String>> of(Remains remains) {
        Verdict verdict = new Verdict(remains);
        Map<String, Stream<String>> wrong = new LinkedHashMap<>();
        wrong.put("runsLost", verdict.runsLost());
        wrong.put("forksLost", verdict.forksLost());
        wrong.put("runsThatDidNotEnd", verdict.runs(run -> !run.ended()));
        wrong.put("runsThatFailed", verdict.runs(run -> run.status().equals("failed")));
        wrong.put("journalsWithGaps", verdict.journalsWithGaps());
        wrong.put(
                "rowsOfNoRun",
                verdict.journals.getOrDefault("", List.of()).stream().map(Remains.Row::type));
        wrong.put("statusesUnlikeTheirJournal", verdict.statusesUnlikeTheirJournal());
        wrong.put("statesUnlikeTheUndisturbed", verdict.statesUnlikeTheUndisturbed());
        wrong.put("ordersWithoutAnAnswer", verdict.ordersWithoutAnAnswer());
        wrong.put("ordersAppliedTwice", verdict.ordersAppliedTwice());
        wrong.put("journalsNotPublishedWhole", verdict.journalsNotPublishedWhole());
        wrong.put("eventsOutOfOrder", remains.outOfOrder().stream());
        wrong.put("callsAfterTheEndOfTheirRun", verdict.callsAfterTheEnd());
        wrong.put("tasksSentAfterTheEndOfTheirRun", verdict.sentAfterTheEnd());
        wrong.put("callsOfWhatWasDone", verdict.callsOfWhatWasDone());
        wrong.put("callsOfNoTask", verdict.callsOfNoTask());
        wrong.put("tasksDoneTwiceByAHost", verdict.doneTwice());
        wrong.put("callsOfTasksThatWereNotSent", verdict.notSent());
        wrong.put("keysThatAreNotStable", verdict.unstableKeys());
        wrong.put(
                "limitsExceeded",
                Stream.of(ChaosGraph.LIMITED.graph()).filter(graph -> remains.mostUnderTheLimit() > ChaosGraph.LIMIT));
        wrong.putAll(new SharedVerdict(remains, verdict.journals).wrong());
        Map<String, List<String>> broken = new LinkedHashMap<>();
        wrong.forEach((promise, who) -> broken.put(promise, who.toList()));
        return broken;
    }

    private Stream<String> runs(Predicate<Remains.Run> which) {
        return remains.runs().stream().filter(which).map(Remains.Run::id);
    }

    private Set<String> ids() {
        return runs(run -> true).collect(Collectors.toSet());
    }

    private Stream<String> runsLost() {
        Set<String> there = ids();
        return remains.triggered().stream().filter(run -> !there.contains(run));
    }

    private Stream<String> forksLost() {
        Set<String> there = ids();
        return remains.rows().stream()
                .filter(row -> row.type().equals("run.forked"))
                .map(row -> String.valueOf(row.detail()))
                .filter(run -> !there.contains(run));
    }

    /** A journal counts from 1, and leaves nothing out. */
    private Stream<String> journalsWithGaps() {
        return runs(run -> {
            List<Remains.Row> journal = journal(run.id());
            return journal.isEmpty()
                    || journal.getFirst().seq() != 1
                    || journal.getLast().seq() != journal.size();
        });
    }

    private List<Remains.Row> journal(String run) {
        return journals.getOrDefault(run, List.of());
    }

    private Stream<String> statusesUnlikeTheirJournal() {
        return runs(run -> journal(run.id()).reversed().stream()
                .map(Remains.Row::type)
                .filter(type -> !SAYS_NOTHING_OF_STATUS.contains(type))
                .findFirst()
                .filter(type -> !type.equals("run." + run.status()))
                .isPresent());
    }

    /** What a run ends in follows from its graph and its {@code n}, which its state still holds. */
    private Stream<String> statesUnlikeTheUndisturbed() {
        Map<String, String> graphs =
                remains.runs().stream().collect(Collectors.toMap(Remains.Run::id, Remains.Run::graph));
        Function<Remains.Row, String> kind =
                row -> graphs.get(row.run()) + " " + state(row).path("n");
        Map<String, JsonNode> calm = completed()
                .filter(row -> row.run().startsWith("calm-"))
                .collect(Collectors.toMap(kind, Verdict::state, (one, other) -> one));
        return completed()
                .filter(row -> !Objects.equals(calm.get(kind.apply(row)), state(row)))
                .map(Remains.Row::run);
    }

    private Stream<Remains.Row> completed() {
        return remains.rows().stream().filter(row -> row.type().equals("run.completed"));
    }

    private static JsonNode state(Remains.Row row) {
        try {
            return Json.read(String.valueOf(row.detail()).getBytes(StandardCharsets.UTF_8));
        } catch (FaultsException notJson) {
            throw new IllegalStateException("the state of " + row.run() + " is no JSON", notJson);
        }
    }

    private Stream<String> ordersWithoutAnAnswer() {
        Set<String> answered = new HashSet<>();
        for (Remains.Row row : remains.rows()) {
            String command = row.command();
            if (command != null) {
                answered.add(command);
            }
        }
        return remains.orders().stream().map(Order::id).filter(id -> !answered.contains(id));
    }

    /** Each was told twice. */
    private Stream<String> ordersAppliedTwice() {
        return remains.rows().stream()
                .filter(row -> row.command() != null)
                .collect(Collectors.groupingBy(row -> row.command() + " " + row.type(), Collectors.counting()))
                .entrySet()
                .stream()
                .filter(answers -> answers.getValue() > 1)
                .map(Map.Entry::getKey);
    }

    /** Events come at least once, and the first of each in order. */
    private Stream<String> journalsNotPublishedWhole() {
        return runs(run -> remains.published().getOrDefault(run.id(), 0)
                < journal(run.id()).size());
    }

    /** Of workers. A host calls when it comes to a task, which may wait long after it was sent. */
    private Stream<String> callsAfterTheEnd() {
        Map<String, Instant> ends = ends();
        return remains.calls().stream()
                .filter(call -> call.host().isEmpty() && isAfter(call.at(), ends.get(call.run())))
                .map(Agents.Call::key);
    }

    private Stream<String> sentAfterTheEnd() {
        Map<String, Instant> ends = ends();
        return remains.sent().stream()
                .filter(task -> isAfter(task.at(), ends.get(task.run())))
                .map(task -> task.run() + "/" + task.task());
    }

    private Map<String, Instant> ends() {
        return remains.runs().stream()
                .filter(Remains.Run::ended)
                .collect(Collectors.toMap(Remains.Run::id, run -> end(run.id())));
    }

    private static boolean isAfter(Instant at, @Nullable Instant end) {
        return end != null && at.isAfter(end.plus(ON_THE_WAY));
    }

    /**
     * What has completed, a tool of a model among it, is not called or sent again, whoever goes on with the run, unless the
     * run was taken back behind it. A host comes to a task when it does.
     */
    private Stream<String> callsOfWhatWasDone() {
        return Stream.concat(
                remains.calls().stream()
                        .filter(call -> call.host().isEmpty() && wasDone(call.run(), call.task(), call.at()))
                        .map(Agents.Call::key),
                remains.sent().stream()
                        .filter(task -> wasDone(task.run(), task.task(), task.at()))
                        .map(task -> task.run() + "/" + task.task()));
    }

    private boolean wasDone(String run, String task, Instant at) {
        boolean done = false;
        for (Remains.Row row : journal(run)) {
            if (row.committed().isAfter(at)) {
                return done;
            }
            if (row.type().equals("run.rolled-back")) {
                done = false;
            } else if (row.type().equals("node.completed") && task.equals(row.task())) {
                done |= isAfter(at, row.committed());
            }
        }
        return done;
    }

    /** An attempt that comes again to a host is known there: it is answered as before. */
    private Stream<String> doneTwice() {
        return remains.calls().stream()
                .filter(call -> !call.host().isEmpty())
                .collect(Collectors.groupingBy(
                        call -> call.key() + "#" + call.attempt() + " by " + call.host(), Collectors.counting()))
                .entrySet()
                .stream()
                .filter(done -> done.getValue() > 1)
                .map(Map.Entry::getKey);
    }

    private Stream<String> notSent() {
        Set<String> sent = remains.sent().stream()
                .map(task -> task.run() + "/" + task.task() + "#" + task.attempt())
                .collect(Collectors.toSet());
        return remains.calls().stream()
                .filter(call -> !call.host().isEmpty())
                .map(call -> call.run() + "/" + call.task() + "#" + call.attempt())
                .filter(call -> !sent.contains(call));
    }

    private Instant end(String run) {
        return journal(run).reversed().stream()
                .filter(row -> ENDS.contains(row.type()))
                .map(Remains.Row::committed)
                .findFirst()
                .orElse(Instant.MAX.minus(ON_THE_WAY));
    }

    /** What is called was decided first, and is in the journal. */
    private Stream<String> callsOfNoTask() {
        Set<String> tasks = new HashSet<>();
        remains.rows().forEach(row -> tasks.add(row.run() + "/" + row.task()));
        return Stream.concat(
                        remains.calls().stream().map(call -> call.run() + "/" + call.task()),
                        remains.sent().stream().map(task -> task.run() + "/" + task.task()))
                .filter(task -> !tasks.contains(task));
    }

    /** A task has one key, however often it is called and by whom, and no other task has that. */
    private Stream<String> unstableKeys() {
        Function<Agents.Call, String> task = call -> call.run() + "/" + call.task();
        return Stream.concat(ambiguous(task, Agents.Call::key), ambiguous(Agents.Call::key, task));
    }

    private Stream<String> ambiguous(Function<Agents.Call, String> one, Function<Agents.Call, String> other) {
        return remains.calls().stream()
                .collect(Collectors.groupingBy(one, Collectors.mapping(other, Collectors.toSet())))
                .entrySet()
                .stream()
                .filter(found -> found.getValue().size() > 1)
                .map(Map.Entry::getKey);
    }
}
