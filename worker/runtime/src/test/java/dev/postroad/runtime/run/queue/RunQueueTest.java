package dev.postroad.runtime.run.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.journal.QueuedRun;
import dev.postroad.runtime.journal.QueuedRuns;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class RunQueueTest {
    private static final int RUNS = RunQueue.CAPACITY + 10_000;

    private final RunQueue queue = new RunQueue(1, new PriorityThenArrival());
    private final Deque<Ticket> begun = new ArrayDeque<>();
    private final Deque<String> putAway = new ArrayDeque<>();
    private final TicketHolder holder = new TicketHolder() {
        @Override
        public void begin(Ticket ticket) {
            begun.add(ticket);
        }

        @Override
        public void putAway(String runId) {
            putAway.add(runId);
        }
    };

    private Ticket ticket(long rank) {
        return new Ticket(Instant.ofEpochSecond(rank), rank, "run-" + rank, 0, null, holder);
    }

    /** The run that got a place; what lost its ticket meanwhile is in Postgres alone from then on. */
    private Ticket begun(Collection<Ticket> stored) {
        putAway.forEach(runId -> stored.add(ticket(Long.parseLong(runId.substring("run-".length())))));
        putAway.clear();
        return begun.remove();
    }

    @Test
    void moreRunsThanHaveTicketsBeginInTheOrderOfTheQueueAndNoneIsForgotten() {
        NavigableSet<Ticket> stored = new TreeSet<>(PriorityThenArrival.ORDER);
        List<Long> ranks = new ArrayList<>();
        for (long rank = 1; rank <= RUNS; rank++) {
            ranks.add(rank);
        }
        Collections.shuffle(ranks, new Random(1));
        assertThat(queue.tryTake()).isTrue();
        for (long rank : ranks) {
            if (!queue.offer(ticket(rank))) {
                stored.add(ticket(rank));
            }
        }
        assertThat(queue.waiting()).isEqualTo(RunQueue.CAPACITY);
        for (long rank = 1; rank <= RUNS; rank++) {
            queue.leave();
            assertThat(begun(stored).rank()).isEqualTo(Instant.ofEpochSecond(rank));
            readOn(stored);
        }
        queue.leave();
        assertThat(queue.tryTake()).as("nobody waits any more").isTrue();
    }

    private void readOn(NavigableSet<Ticket> stored) {
        Ticket from = queue.readFrom();
        if (from == null) {
            return;
        }
        List<Ticket> found = stored.tailSet(from, true).stream().limit(5_000).toList();
        queue.read(found.subList(0, Math.min(4_999, found.size())), found.size() < 5_000 ? null : found.getLast());
    }

    @Test
    void aWorkerThatStopsLetsNoRunBeginInThePlacesThatItsShardsLeave() {
        assertThat(queue.tryTake()).isTrue();
        queue.offer(ticket(1));
        queue.close();
        queue.leave();
        assertThat(queue.room()).as("nobody is to get a turn for it").isZero();
        assertThat(begun).isEmpty();
        queue.removeShard(0);
        assertThat(queue.tryTake()).isFalse();
    }

    @Test
    void whoeverComesWhileTicketsAreReadIsNotForgotten() {
        queue.unread();
        assertThat(queue.readFrom()).isEqualTo(Ticket.FIRST);
        assertThat(queue.offer(ticket(2))).isFalse();
        queue.read(List.of(ticket(1)), null);
        queue.leave();
        assertThat(begun).hasSize(2);
    }

    @Test
    void nobodyGoesAheadOfRunsThatAreStillToBeRead() {
        queue.unread();
        assertThat(queue.tryTake()).isFalse();
        queue.unread();
        queue.read(List.of(), null);
        assertThat(queue.tryTake()).as("shards came while it was read").isFalse();
        assertThat(queue.readFrom()).isNotNull();
        queue.read(List.of(), null);
        assertThat(queue.tryTake()).isTrue();
    }

    @Test
    void aRunThatIsAheadOfAllWhoWaitBeginsAtOnceInAPlaceThatWasKeptForIt() {
        RunQueue many = new RunQueue(100, new PriorityThenArrival());
        for (int i = 0; i < 100; i++) {
            assertThat(many.tryTake()).isTrue();
        }
        for (long rank = 10; rank < 20; rank++) {
            many.offer(ticket(rank));
        }
        assertThat(many.tryTakeAhead(ticket(5))).as("all places are taken").isFalse();
        many.leave();
        many.leave();
        assertThat(begun).as("two of a hundred are kept free").isEmpty();
        assertThat(many.tryTakeAhead(ticket(15))).as("others are ahead").isFalse();
        assertThat(many.tryTakeAhead(ticket(6))).isTrue();
        assertThat(many.tryTakeAhead(ticket(7))).isTrue();
        assertThat(many.taken()).isEqualTo(100);
        assertThat(many.tryTakeAhead(ticket(8))).isFalse();
        for (int i = 0; i < 3; i++) {
            many.leave();
        }
        assertThat(begun).as("who waits has the others").hasSize(1);
    }

    @Test
    void aPlaceIsKeptFreeOnlyAsLongAsSomebodyWaits() {
        RunQueue many = new RunQueue(50, new PriorityThenArrival());
        for (int i = 0; i < 50; i++) {
            assertThat(many.tryTake()).isTrue();
        }
        assertThat(many.tryTakeAhead(ticket(1))).isFalse();
        many.offer(ticket(1));
        many.leave();
        assertThat(begun).isEmpty();
        many.leave();
        assertThat(begun).hasSize(1);
        assertThat(many.tryTake()).as("nobody waits any more").isTrue();
        assertThat(many.room()).as("for half as many as have a place").isEqualTo(25);
    }

    @Test
    void runsThatGoOnHaveATenthMoreAndComeBeforeThoseThatBegin() throws InterruptedException {
        RunQueue ten = new RunQueue(10, new PriorityThenArrival());
        assertThat(ten.awaitPlacesToGoOn(30, Duration.ZERO)).isEqualTo(11);
        assertThat(ten.awaitPlacesToGoOn(3, Duration.ZERO)).isEqualTo(3);
        for (int i = 0; i < 10; i++) {
            ten.take();
        }
        ten.offer(ticket(1));
        assertThat(ten.awaitPlacesToGoOn(3, Duration.ofSeconds(30))).isEqualTo(1);
        ten.take();
        ten.leave();
        assertThat(begun).isEmpty();
        assertThat(ten.awaitPlacesToGoOn(3, Duration.ofSeconds(30))).isEqualTo(1);
    }

    @Test
    void aFewGoOnThoughOthersTookMorePlacesThanThereAre() throws InterruptedException {
        RunQueue twenty = new RunQueue(20, new PriorityThenArrival());
        for (int i = 0; i < 60; i++) {
            twenty.take();
        }
        assertThat(twenty.awaitPlacesToGoOn(30, Duration.ZERO)).isEqualTo(2);
        assertThat(twenty.awaitPlacesToGoOn(1, Duration.ZERO)).isEqualTo(1);
        twenty.close();
        assertThat(twenty.awaitPlacesToGoOn(30, Duration.ZERO)).isZero();
    }

    @Test
    void twoWhoWaitForPlacesAreBothToldOfThem() throws Exception {
        RunQueue one = new RunQueue(1, new PriorityThenArrival());
        one.take();
        one.take();
        try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> waits = both.invokeAll(List.of(
                    () -> one.awaitPlacesToGoOn(1, Duration.ofMinutes(1)),
                    () -> one.awaitPlacesToGoOn(1, Duration.ofMinutes(1)),
                    () -> {
                        one.leave();
                        return 1;
                    }));
            for (Future<Integer> wait : waits) {
                assertThat(wait.get(30, TimeUnit.SECONDS)).isEqualTo(1);
            }
        }
    }

    /** One that was unpaused began where it had stood, ahead of those that came since. */
    @Test
    void whoLostItsPlaceBeginsByItsNextOne() {
        assertThat(queue.tryTake()).isTrue();
        List.of(1L, 2L, 3L).forEach(rank -> queue.offer(ticket(rank)));
        queue.withdraw(ticket(1));
        assertThat(queue.waiting()).isEqualTo(2);
        queue.withdraw(ticket(9));
        for (int i = 0; i < 3; i++) {
            queue.leave();
        }
        assertThat(begun).extracting(Ticket::number).containsExactly(2L, 3L);
    }

    @Test
    void whoBeginsNextIsWhatThePolicySays() {
        RunQueue latestFirst = new RunQueue(1, new LatestFirst());
        assertThat(latestFirst.tryTake()).isTrue();
        List.of(2L, 3L, 1L)
                .forEach(rank -> assertThat(latestFirst.offer(ticket(rank))).isTrue());
        for (int i = 0; i < 3; i++) {
            latestFirst.leave();
        }
        assertThat(begun).extracting(Ticket::number).containsExactly(3L, 2L, 1L);
    }

    private static final class LatestFirst implements QueuePolicy {
        @Override
        public Line line() {
            return new Line() {
                private final Deque<Ticket> sorted = new ArrayDeque<>();

                @Override
                public void add(Ticket ticket) {
                    List<Ticket> all = new ArrayList<>(sorted);
                    all.add(ticket);
                    all.sort(PriorityThenArrival.ORDER.reversed());
                    sorted.clear();
                    sorted.addAll(all);
                }

                @Override
                public Ticket first() {
                    return sorted.getFirst();
                }

                @Override
                public Ticket takeFirst() {
                    return sorted.removeFirst();
                }

                @Override
                public void remove(Ticket ticket) {
                    sorted.remove(ticket);
                }

                @Override
                public Ticket takeLast() {
                    return sorted.removeLast();
                }

                @Override
                public boolean isAhead(Ticket one, Ticket other) {
                    return PriorityThenArrival.ORDER.compare(one, other) > 0;
                }

                @Override
                public void removeShard(int shard) {
                    sorted.removeIf(ticket -> ticket.shard() == shard);
                }

                @Override
                public int size() {
                    return sorted.size();
                }
            };
        }

        @Override
        public void shardComes(QueuedRuns queued, int shard) {}

        @Override
        public List<QueuedRun> read(QueuedRuns queued, Collection<Integer> shards, Ticket from, int limit) {
            return List.of();
        }
    }
}
