package dev.postroad.bench.chaos;

import dev.postroad.bench.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Tells some runs what to do, each thing twice, and remembers what it told. Thread-safe. */
final class Orders {
    private static final int CYCLE = 40;

    private final Place place;
    private final Map<String, Order> told = new ConcurrentHashMap<>();

    Orders(Place place) {
        this.place = place;
    }

    /** What a run is told when it was triggered, and may not have begun: what it is told follows from its number. */
    static List<Order> atOnce(String run, int number) {
        return switch (number % CYCLE) {
            case 0 -> List.of(Order.of("cancel", run));
            case 10 -> List.of(Order.of("cancel", run), Order.of("retry", run));
            case 5, 25 -> List.of(Order.of("pause", run), Order.of("unpause", run));
            case 13, 14 -> List.of(Order.of("cancel", run));
            default -> List.of();
        };
    }

    /** What a run is told when others were triggered after it; it may have ended. */
    static List<Order> later(String run, int number) {
        return switch (number % CYCLE) {
            case 1, 22, 23 -> List.of(Order.rollback(run));
            case 2, 21 -> List.of(Order.fork(run));
            case 11 -> List.of(Order.fork(run), Order.rollback(run));
            case 12, 24 -> List.of(Order.of("cancel", run), Order.of("retry", run));
            case 32 -> List.of(Order.rollback(run), Order.of("cancel", run));
            default -> List.of();
        };
    }

    void tell(List<Order> orders) {
        for (Order order : orders) {
            told.put(order.id(), order);
            place.send(place.topics().control(), order.run(), order.message());
            place.send(place.topics().control(), order.run(), order.message());
        }
    }

    /** All that was told so far. */
    List<Order> told() {
        return new ArrayList<>(told.values());
    }
}
