package dev.postroad.runtime.run.queue;

import dev.postroad.runtime.background.Bell;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The places for runs in flight, over all lanes of a worker, and those who wait where none is free; who of them is next is
 * what a {@link QueuePolicy} says. Runs that were at rest and go on by themselves have one place in ten besides, so that
 * they come before those that have yet to begin.
 *
 * <p>Where runs take turns, one place in fifty stays free while others wait, for a run that comes and is ahead of all of
 * them: it begins at once, and need not wait until one of those under way ends and both are committed.
 *
 * <p>Everybody who waits is in Postgres; here are the tickets of the first of them alone, at most {@link #CAPACITY}. From
 * {@link #bound} on there may be runs without a ticket here, so whoever comes and has a later place gets none either, and
 * is read with the others when few tickets are left. A ticket that turns out to be of no use, because its run was
 * cancelled or has begun already, gives its place back. Thread-safe; a lock is taken when a run begins and ends, never
 * for a transition.
 */
public final class RunQueue implements AutoCloseable {
    /** The most tickets. */
    static final int CAPACITY = 50_000;

    /** When fewer tickets are left than this, the next are read. */
    static final int FEW = 2_000;

    private static final int MOST_LATECOMERS = 2_000;

    /** One of so many places is for those who are ahead of all who wait. */
    private static final int PLACES_FOR_ONE_AHEAD = 50;

    /** There is one place more in so many for runs that go on; and who brings many waits until so many are free. */
    private static final int PLACES_FOR_ONE_GOING_ON = 10;

    private final int places;
    private final int placesToGoOn;
    private final int fewest;
    /** Who waits for places for runs that go on, and for how many. */
    private final Map<Bell, Integer> awaited = new HashMap<>();

    private final QueuePolicy policy;
    private final QueuePolicy.Line waiting;
    private final List<Ticket> latecomers = new ArrayList<>();
    private @Nullable Ticket bound;
    private @Nullable Ticket latecomersBound;
    private boolean boundMoved;
    private int taken;
    /** So many places stay free while others wait; none before a run came that takes turns. */
    private int keptFree;

    private boolean closed;

    /**
     * @param places the most runs in flight
     * @param policy says who is next
     */
    public RunQueue(int places, QueuePolicy policy) {
        this.places = places;
        this.fewest = Math.max(1, places / PLACES_FOR_ONE_GOING_ON);
        this.placesToGoOn = places + fewest;
        this.policy = policy;
        this.waiting = policy.line();
    }

    /** What those are read by who have no ticket yet. */
    public QueuePolicy policy() {
        return policy;
    }

    /** Takes a place for a run that came just now, where one is free and nobody waits. */
    public synchronized boolean tryTake() {
        if (closed || taken >= places || waiting.size() > 0 || bound != null) {
            return false;
        }
        taken++;
        return true;
    }

    /** Takes a place for a run that takes turns and came just now, where one is free and it is ahead of all who wait. */
    public synchronized boolean tryTakeAhead(Ticket ticket) {
        keptFree = places / PLACES_FOR_ONE_AHEAD;
        if (closed || taken >= places || waiting.size() == 0 || !waiting.isAhead(ticket, waiting.first())) {
            return false;
        }
        taken++;
        return true;
    }

    /** Takes a place for a run that is under way already, free or not. */
    public synchronized void take() {
        taken++;
    }

    /** Gives a place back; the next run gets it. */
    public synchronized void leave() {
        taken--;
        dispatch();
        ringForFreePlaces();
    }

    private void ringForFreePlaces() {
        int free = placesToGoOn - taken;
        awaited.forEach((bell, least) -> {
            if (free >= least) {
                bell.ring();
            }
        });
    }

    /** Queues a run that is committed; false where it is left to Postgres alone. */
    public synchronized boolean offer(Ticket ticket) {
        if (bound != null && !waiting.isAhead(ticket, bound)) {
            comesLate(ticket);
            return false;
        }
        add(ticket);
        dispatch();
        return bound == null || waiting.isAhead(ticket, bound);
    }

    /** A run lost the place in the line that it had; it gets another one later. */
    public synchronized void withdraw(Ticket ticket) {
        waiting.remove(ticket);
        latecomers.removeIf(each -> each.number() == ticket.number());
    }

    private void add(Ticket ticket) {
        waiting.add(ticket);
        if (waiting.size() > CAPACITY) {
            Ticket last = waiting.takeLast();
            bound = last;
            boundMoved = true;
            last.holder().putAway(last.runId());
        }
    }

    /** What comes while tickets are read may not be among those that are read. */
    private void comesLate(Ticket ticket) {
        if (latecomers.size() < MOST_LATECOMERS) {
            latecomers.add(ticket);
        } else if (latecomersBound == null || waiting.isAhead(ticket, latecomersBound)) {
            latecomersBound = ticket;
        }
    }

    private void dispatch() {
        while (!closed && taken < places - keptFree && waiting.size() > 0) {
            Ticket next = waiting.takeFirst();
            taken++;
            next.holder().begin(next);
        }
        if (waiting.size() == 0 && bound == null) {
            keptFree = 0;
        }
    }

    /** For how many runs there is a place, or soon will be: half as many as there are places may wait for one. */
    public synchronized int room() {
        return closed ? 0 : Math.max(0, places + places / 2 - taken - waiting.size());
    }

    /**
     * How many of so many runs at rest may go on, as soon as all may, or as many as are worth a look into Postgres. Where it
     * takes too long a few may go on all the same: what others took must not hold up whose time is over.
     *
     * @return 0 once this is closed
     * @throws InterruptedException where the wait is interrupted
     */
    public int awaitPlacesToGoOn(int most, Duration patience) throws InterruptedException {
        Bell freed = new Bell();
        synchronized (this) {
            awaited.put(freed, Math.min(most, fewest));
            ringForFreePlaces();
        }
        try {
            boolean _ = freed.await(patience);
        } finally {
            synchronized (this) {
                awaited.remove(freed);
            }
        }
        return mayGoOn(most);
    }

    private synchronized int mayGoOn(int most) {
        return closed ? 0 : Math.min(most, Math.max(placesToGoOn - taken, fewest));
    }

    /** Shards came with runs in Postgres that nobody here has a ticket of. */
    public synchronized void unread() {
        bound = Ticket.FIRST;
        boundMoved = true;
    }

    /** Where to read on from, if tickets are to be read; null where they are not. What comes late is noted from now on. */
    synchronized @Nullable Ticket readFrom() {
        if (bound == null || waiting.size() >= FEW) {
            return null;
        }
        latecomers.clear();
        latecomersBound = null;
        boundMoved = false;
        return bound;
    }

    /**
     * Takes in what was read.
     *
     * @param next the first ticket that was left unread; null where all were read
     */
    synchronized void read(List<Ticket> found, @Nullable Ticket next) {
        if (boundMoved) {
            // Shards came meanwhile, or others went ahead of what was read: that is to be read anew.
            return;
        }
        found.forEach(waiting::add);
        bound = next;
        if (latecomersBound != null && (bound == null || waiting.isAhead(latecomersBound, bound))) {
            bound = latecomersBound;
        }
        for (Ticket ticket : List.copyOf(latecomers)) {
            if (bound == null || waiting.isAhead(ticket, bound)) {
                add(ticket);
            }
        }
        latecomers.clear();
        dispatch();
    }

    /** The shard is somebody else's. */
    public synchronized void removeShard(int shard) {
        waiting.removeShard(shard);
        latecomers.removeIf(ticket -> ticket.shard() == shard);
    }

    /** The runs that have a ticket here. */
    public synchronized int waiting() {
        return waiting.size();
    }

    /** The places that are taken. */
    public synchronized int taken() {
        return taken;
    }

    /**
     * Lets no run begin any more. The places that become free as a worker gives its shards away would let runs begin here
     * that come after those which begin elsewhere.
     */
    @Override
    public synchronized void close() {
        closed = true;
    }
}
