package dev.postroad.contracts.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.live.Known.Events;
import dev.postroad.contracts.live.Live.Happened;
import dev.postroad.contracts.live.Live.Shown;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LiveOrderTest {
    private static final Instant BEGIN = Instant.parse("2026-01-02T03:04:05Z");
    private static final Known ALL = new Known(true, Events.ALL);

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    private static RunEvent event(int seq, EventType type, String task, int attempt, long millis) {
        return new RunEvent(
                "r",
                "g",
                1,
                seq,
                type,
                BEGIN.plusMillis(millis),
                task.isEmpty() ? null : task,
                task.isEmpty() ? null : task,
                attempt,
                1,
                1,
                -1,
                0,
                JsonNodeFactory.instance.objectNode());
    }

    private static OutputChunk chunk(String task, int attempt, int index, long millis) {
        return new OutputChunk("r", "g", task, task, attempt, index, "x", BEGIN.plusMillis(millis));
    }

    /** What happens and is shown, in the order in which workers commit the one and send the other. */
    private static List<Live> run(Random random) {
        List<Live> all = new ArrayList<>();
        Map<String, Integer> open = new HashMap<>();
        Map<String, Integer> attempts = new HashMap<>();
        Map<String, Integer> indexes = new HashMap<>();
        int seq = 0;
        for (int i = 0; i < 80; i++) {
            String task = "t" + random.nextInt(4);
            Integer attempt = open.get(task);
            if (attempt == null) {
                int next = attempts.getOrDefault(task, 1);
                open.put(task, next);
                indexes.put(task, 0);
                all.add(new Happened(event(++seq, EventType.NODE_STARTED, task, next, i)));
            } else if (random.nextInt(4) > 0) {
                all.add(new Shown(chunk(task, attempt, indexes.merge(task, 1, Integer::sum) - 1, i)));
            } else {
                boolean retries = random.nextBoolean();
                open.remove(task);
                // After a wait the attempt goes on under its number.
                attempts.put(task, retries ? attempt + 1 : attempt);
                EventType end = retries ? EventType.NODE_RETRYING : EventType.NODE_WAITING;
                all.add(new Happened(event(++seq, end, task, attempt, i)));
            }
        }
        return all;
    }

    /** Finds what a run does a little later, and gives it in the order under test. */
    private static final class Reader {
        private final List<Live> run;
        private final Random random;
        private final LiveOrder order;
        private final List<Live> given = new ArrayList<>();
        private int now;
        private int eventsFound;
        private int chunksFound;
        private int oldestChunkFoundAt;

        Reader(List<Live> run, Random random, LiveOrder order, int now) {
            this.run = run;
            this.random = random;
            this.order = order;
            this.now = now;
        }

        List<Live> read() {
            while (given.size() < run.size() && now < 10_000) {
                now += random.nextInt(8);
                if (random.nextBoolean()) {
                    findChunks();
                }
                if (order.events() == 0 && random.nextBoolean()) {
                    findEvents();
                }
                give();
            }
            return given;
        }

        private int there() {
            return Math.min(now, run.size());
        }

        private void findEvents() {
            run.subList(eventsFound, there()).forEach(live -> {
                if (live instanceof Happened(RunEvent event) && event.seq() > order.seq()) {
                    order.add(event);
                }
            });
            eventsFound = there();
        }

        private void findChunks() {
            if (order.chunks() == 0) {
                oldestChunkFoundAt = there();
            }
            int until = chunksFound + random.nextInt(there() - chunksFound + 1);
            for (int i = chunksFound; i < until; i++) {
                if (run.get(i) instanceof Shown(OutputChunk chunk) && i > order.offset()) {
                    order.add(chunk, i);
                }
            }
            chunksFound = until;
        }

        private void give() {
            while (true) {
                boolean looked = eventsFound >= oldestChunkFoundAt && order.events() == 0;
                Events events = looked ? Events.ALL : Events.NOT_ALL;
                Optional<Live> next = order.next(new Known(chunksFound >= eventsFound, events));
                if (next.isEmpty()) {
                    return;
                }
                given.add(next.get());
                oldestChunkFoundAt = there();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void givesEverythingOnceAndWhatAnAttemptShowsBetweenItsStartAndItsEnd(long seed) {
        Random random = new Random(seed);
        List<Live> run = run(random);
        List<Live> given = new Reader(run, random, LiveOrder.after(new OpenAttempts(), 0, -1), 0).read();
        assertThat(given).containsExactlyInAnyOrderElementsOf(run);
        assertInOrder(given);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aReaderThatGoesOnFromAnyPlaceGetsTheRest(long seed) {
        Random random = new Random(seed);
        List<Live> run = run(random);
        LiveOrder first = LiveOrder.after(new OpenAttempts(), 0, -1);
        List<Live> given = new Reader(run, random, first, 0).read();
        int cut = random.nextInt(given.size());
        OpenAttempts open = new OpenAttempts();
        int seq = 0;
        long offset = -1;
        for (Live live : given.subList(0, cut)) {
            switch (live) {
                case Happened(RunEvent event) -> {
                    open.add(event);
                    seq = event.seq();
                }
                case Shown shown -> offset = run.indexOf(shown);
            }
        }
        List<Live> rest = new ArrayList<>(given.subList(0, cut));
        rest.addAll(new Reader(run, random, LiveOrder.after(open, seq, offset), run.size()).read());
        assertThat(rest).containsExactlyInAnyOrderElementsOf(run);
        assertInOrder(rest);
    }

    private static void assertInOrder(List<Live> given) {
        Set<String> open = new HashSet<>();
        Map<String, Integer> next = new HashMap<>();
        int seq = 0;
        for (Live live : given) {
            switch (live) {
                case Happened(RunEvent event) -> {
                    String attempt = event.task() + "#" + event.attempt();
                    assertThat(event.seq()).isEqualTo(++seq);
                    if (event.type() == EventType.NODE_STARTED) {
                        open.add(attempt);
                        next.put(attempt, 0);
                    } else {
                        assertThat(open.remove(attempt)).isTrue();
                    }
                }
                case Shown(OutputChunk chunk) -> {
                    String attempt = chunk.task() + "#" + chunk.attempt();
                    assertThat(open).contains(attempt);
                    assertThat(chunk.index()).isEqualTo(next.merge(attempt, 1, Integer::sum) - 1);
                }
            }
        }
    }

    private static List<Live> all(LiveOrder order, Known known) {
        List<Live> given = new ArrayList<>();
        for (Optional<Live> next = order.next(known); next.isPresent(); next = order.next(known)) {
            given.add(next.get());
        }
        return given;
    }

    @Test
    void leavesOutWhatComesAfterTheEnd() {
        RunEvent start = event(1, EventType.NODE_STARTED, "t", 1, 0);
        RunEvent cancelled = event(2, EventType.NODE_CANCELLED, "t", 1, 5);
        for (LiveOrder order : List.of(LiveOrder.after(new OpenAttempts(), 0, -1), LiveOrder.midway())) {
            order.add(start);
            order.add(cancelled);
            order.add(chunk("t", 1, 0, 4), 10);
            order.add(chunk("t", 1, 1, 6), 11);
            assertThat(all(order, ALL))
                    .containsExactly(new Happened(start), new Shown(chunk("t", 1, 0, 4)), new Happened(cancelled));
            assertThat(order.offset()).isEqualTo(11);
            assertThat(order.characters()).isZero();
        }
    }

    @Test
    void whatIsRolledBackOrEndsWithItsRunIsOver() {
        for (EventType end : List.of(EventType.RUN_ROLLED_BACK, EventType.RUN_CANCELLED, EventType.RUN_FAILED)) {
            LiveOrder order = LiveOrder.after(new OpenAttempts(), 0, -1);
            order.add(event(1, EventType.NODE_STARTED, "t", 1, 0));
            order.add(event(2, end, "", 0, 5));
            order.add(chunk("t", 1, 0, 4), 1);
            assertThat(all(order, new Known(false, Events.ALMOST_ALL))).hasSize(2);
            order.add(chunk("t", 1, 1, 6), 2);
            assertThat(all(order, ALL)).hasSize(1);
            assertThat(order.isQuiet()).isTrue();
        }
    }

    @Test
    void midwayShowsWhatBeganBefore() {
        LiveOrder order = LiveOrder.midway();
        order.add(chunk("t", 1, 5, 4), 1);
        assertThat(all(order, new Known(true, Events.ALMOST_ALL))).isEmpty();
        assertThat(all(order, ALL)).hasSize(1);
        RunEvent end = event(9, EventType.NODE_COMPLETED, "t", 1, 9);
        order.add(end);
        order.add(chunk("t", 1, 6, 8), 2);
        assertThat(all(order, ALL)).containsExactly(new Shown(chunk("t", 1, 6, 8)), new Happened(end));
    }
}
