package dev.postroad.runtime.run.queue;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class RunQueueTest {
    private static final int RUNS = RunQueue.CAPACITY + 10_000;

    private final RunQueue queue = new RunQueue(1);
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
        return new Ticket(Instant.ofEpochSecond(rank), rank, "run-" + rank, 0, holder);
    }

    /** The run that got a place; what lost its ticket meanwhile is in Postgres alone from then on. */
    private Ticket begun(Collection<Ticket> stored) {
        putAway.forEach(runId -> stored.add(ticket(Long.parseLong(runId.substring("run-".length())))));
        putAway.clear();
        return begun.remove();
    }

    @Test
    void moreRunsThanHaveTicketsBeginInTheOrderOfTheQueueAndNoneIsForgotten() {
        NavigableSet<Ticket> stored = new TreeSet<>();
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
}
