package dev.postroad.bench.chaos;

import dev.postroad.bench.chaos.Shared.Firing;
import dev.postroad.bench.chaos.Shared.Spending;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is wrong with what all workers share: limits by key, the times of schedules, and what was spent. */
record SharedVerdict(Remains remains, Map<String, List<Remains.Row>> journals) {
    /** So many runs of a tenant may be under way. */
    static final int RUNS_OF_A_TENANT = 2;

    /** So many runs of a tenant may begin within {@link #PERIOD}. */
    static final int RUNS_A_PERIOD = 10;

    static final Duration PERIOD = Duration.ofSeconds(5);

    /** So many calls of a tenant may be under way. */
    static final int CALLS_OF_A_TENANT = 3;

    /** What has its turn begins later where its worker is frozen or dies before, by no more than this. */
    private static final Duration LATER = Duration.ofSeconds(15);

    private static final double ABOVE = 1.02;
    private static final Set<String> ENDS = Set.of("run.completed", "run.failed", "run.cancelled", "run.paused");

    /** Something of a tenant that was under way for a time. */
    private record Span(String tenant, Instant from, Instant to) {}

    Map<String, Stream<String>> wrong() {
        Map<String, Stream<String>> wrong = new LinkedHashMap<>();
        List<Span> runs = runs();
        wrong.put("limitsByKeyExceeded", tooMany(runs, RUNS_OF_A_TENANT));
        wrong.put("ratesByKeyExceeded", tooFast(runs));
        wrong.put("callsByKeyExceeded", tooMany(calls(), CALLS_OF_A_TENANT));
        wrong.put("firingsDoubled", firingsDoubled());
        wrong.put("firingsLost", firingsLost());
        wrong.put("firingsWithoutARun", firingsWithoutARun());
        wrong.put("costsThatDoNotAgree", costsThatDoNotAgree());
        return wrong;
    }

    /** From the commit of its start to that of its end: whoever gives a turn has seen the one before. */
    private List<Span> runs() {
        List<Span> spans = new ArrayList<>();
        for (Remains.Run run : remains.runs()) {
            if (run.graph().equals(ChaosGraph.TENANTS.graph())) {
                Instant from = null;
                for (Remains.Row row : journals.getOrDefault(run.id(), List.of())) {
                    if (row.type().equals("run.started")) {
                        from = row.committed();
                    } else if (from != null && ENDS.contains(row.type())) {
                        spans.add(new Span(run.tenant(), from, row.committed()));
                        from = null;
                    }
                }
            }
        }
        return spans;
    }

    /** A call that came again was given up before: nobody knows when, but whoever made it. */
    private List<Span> calls() {
        Map<String, Agents.Paid> last = remains.shared().paid().stream()
                .collect(Collectors.toMap(
                        Agents.Paid::key,
                        Function.identity(),
                        (one, other) -> one.from().isAfter(other.from()) ? one : other));
        return last.values().stream()
                .map(call -> new Span(call.tenant(), call.from(), call.to()))
                .toList();
    }

    private static Stream<String> tooMany(List<Span> spans, int limit) {
        return ofTenants(spans, all -> most(all) > limit ? "had " + most(all) + " at once" : null);
    }

    private static Stream<String> ofTenants(List<Span> spans, Function<List<Span>, @Nullable String> judged) {
        return spans.stream().collect(Collectors.groupingBy(Span::tenant)).entrySet().stream()
                .flatMap(tenant -> {
                    String wrong = judged.apply(tenant.getValue());
                    return wrong == null ? Stream.empty() : Stream.of("tenant " + tenant.getKey() + " " + wrong);
                });
    }

    private static int most(List<Span> spans) {
        record Change(Instant at, int by) {}
        List<Change> changes = new ArrayList<>();
        for (Span span : spans) {
            changes.add(new Change(span.from(), 1));
            changes.add(new Change(span.to(), -1));
        }
        // What ends and what begins at the same moment were not under way together.
        changes.sort(Comparator.comparing(Change::at).thenComparingInt(Change::by));
        int now = 0;
        int most = 0;
        for (Change change : changes) {
            now += change.by();
            most = Math.max(most, now);
        }
        return most;
    }

    /** Of each stretch of time: what began in it had its turn in it, or a little before. */
    private static Stream<String> tooFast(List<Span> spans) {
        return ofTenants(spans, all -> {
            List<Instant> starts = all.stream().map(Span::from).sorted().toList();
            for (int first = 0; first < starts.size(); first++) {
                for (int last = first; last < starts.size(); last++) {
                    Duration stretch = Duration.between(starts.get(first), starts.get(last));
                    long periods = 1 + stretch.plus(LATER).dividedBy(PERIOD);
                    if (last - first + 1 > periods * RUNS_A_PERIOD * ABOVE) {
                        return "began " + (last - first + 1) + " in " + stretch;
                    }
                }
            }
            return null;
        });
    }

    private Stream<Firing> fired() {
        return remains.shared().firings().stream()
                .filter(firing -> firing.type().equals("schedule.fired"));
    }

    private static String name(Firing firing) {
        return firing.schedule() + ":" + firing.time();
    }

    private Stream<String> firingsDoubled() {
        return fired().collect(Collectors.groupingBy(SharedVerdict::name, Collectors.counting())).entrySet().stream()
                .filter(times -> times.getValue() > 1)
                .map(Map.Entry::getKey);
    }

    /** Each time from the first to the last that fired did too, or it was said why not. */
    private Stream<String> firingsLost() {
        return Arrays.stream(ChaosSchedule.values()).flatMap(this::lost);
    }

    private Stream<String> lost(ChaosSchedule schedule) {
        List<Firing> all = remains.shared().firings().stream()
                .filter(firing -> firing.schedule().equals(schedule.schedule()))
                .toList();
        TreeSet<Instant> times = all.stream().map(Firing::time).collect(Collectors.toCollection(TreeSet::new));
        if (times.isEmpty()) {
            return Stream.empty();
        }
        return Stream.iterate(times.first(), time -> time.isBefore(times.last()), time -> time.plus(schedule.between()))
                .filter(time -> !times.contains(time))
                .filter(time -> all.stream().noneMatch(firing -> tellsOf(firing, time)))
                .map(time -> schedule.schedule() + ":" + time);
    }

    private static boolean tellsOf(Firing firing, Instant time) {
        return firing.until() != null && !time.isBefore(firing.time()) && !time.isAfter(firing.until());
    }

    private Stream<String> firingsWithoutARun() {
        Set<String> there = remains.runs().stream().map(Remains.Run::id).collect(Collectors.toSet());
        return fired().filter(firing -> !there.contains(String.valueOf(firing.run())))
                .map(SharedVerdict::name);
    }

    /** What is said of each completed call, in the budget of its tenant, and in the rows of runs is the same. */
    private Stream<String> costsThatDoNotAgree() {
        return remains.shared().spending().stream()
                .filter(spent -> !agrees(spent))
                .map(Spending::toString);
    }

    private static boolean agrees(Spending spent) {
        return spent.ofCompleted() == spent.completed() * Agents.tokens(Integer.parseInt(spent.tenant()))
                && spent.journals().isLike(spent.budget())
                && spent.journals().isLike(spent.runs());
    }
}
