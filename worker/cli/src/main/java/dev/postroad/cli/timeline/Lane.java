package dev.postroad.cli.timeline;

import dev.postroad.cli.screen.Text;
import dev.postroad.runtime.history.past.RunTimeline.Bar;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Bars of one node that do not overlap, so that they stand in one row. Confined to one thread. */
final class Lane {
    private final String node;
    private final List<Bar> bars = new ArrayList<>();
    private Instant free = Instant.MIN;

    private Lane(String node) {
        this.node = node;
    }

    /**
     * As few lanes as each node needs, in the order in which nodes began.
     *
     * @param now when bars end that have no end yet
     */
    static List<Lane> of(List<Bar> bars, Instant now) {
        Map<String, List<Lane>> byNode = new LinkedHashMap<>();
        for (Bar bar : bars) {
            List<Lane> lanes = byNode.computeIfAbsent(bar.node(), node -> new ArrayList<>());
            Lane lane = lanes.stream()
                    .filter(open -> !open.free.isAfter(bar.startedAt()))
                    .findFirst()
                    .orElseGet(() -> {
                        lanes.add(new Lane(bar.node()));
                        return lanes.getLast();
                    });
            lane.bars.add(bar);
            lane.free = end(bar, now);
        }
        return byNode.values().stream().flatMap(List::stream).toList();
    }

    /** When a bar ends; not before it began, though clocks of workers differ. */
    static Instant end(Bar bar, Instant now) {
        Instant end = bar.endedAt() == null ? now : bar.endedAt();
        return end.isBefore(bar.startedAt()) ? bar.startedAt() : end;
    }

    String node() {
        return node;
    }

    List<Bar> bars() {
        return bars;
    }

    /** How long it took in all, and in how many tasks and attempts. */
    String note(Instant now) {
        Duration busy = bars.stream()
                .map(bar -> Duration.between(bar.startedAt(), end(bar, now)))
                .reduce(Duration.ZERO, Duration::plus);
        long tasks = bars.stream().map(Bar::task).distinct().count();
        String note = Text.of(busy);
        if (tasks > 1) {
            note += ", " + tasks + " tasks";
        }
        long attempts = bars.stream()
                .map(bar -> bar.task() + "/" + bar.attempt())
                .distinct()
                .count();
        return attempts > tasks ? note + ", " + attempts + " attempts" : note;
    }
}
