package dev.postroad.runtime.reading;

import dev.postroad.runtime.background.Insistence;
import dev.postroad.runtime.background.Memory;
import dev.postroad.runtime.background.Stoppable;
import dev.postroad.runtime.background.Trouble;
import dev.postroad.runtime.reading.RecordHandler.Reception;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads partitions of one topic and hands their records to a handler, one turn after the other:
 *
 * <pre>
 *   follow the assignment ──► poll ──► place new pages ──► hand over ──► pause and resume ──► commit, once a second
 * </pre>
 *
 * <p>What is bad about one record stays with it: it becomes a dead letter, and its partition goes on. What is bad about
 * a server is waited out, with pauses that grow, and told of in few words. A partition is paused while its handler
 * has no room, while much of it is not done, and while it is not clear which topic it belongs to; the others are read
 * on.
 *
 * <p>Owns one platform thread, to which its state is confined.
 */
public final class PartitionReader implements Stoppable {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionReader.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration SHORT_POLL = Duration.ofMillis(1);
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(15);
    private static final Duration FIRST_PAUSE_OF_RECORD = Duration.ofMillis(50);
    private static final int SETTLED_AT_ONCE = 4;
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    private final String topic;
    private final Consumers consumers;
    private final Assignment assignment;
    private final RecordHandler handler;
    private final Duration firstPauseOfRecord;
    private final InstantSource clock;
    private final MetadataUpdates updates = new MetadataUpdates();
    private final TopicWatch watch;
    private final Insistence insistence;
    private final Incoming.Settling settling;
    private final Trouble trouble;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private Consumers.@Nullable Opened first;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile @Nullable String problem;
    private volatile Instant lastPoll = Instant.EPOCH;

    /** What the reader calls on. */
    public record Collaborators(
            Consumers consumers,
            TopicLook look,
            Assignment assignment,
            RecordHandler handler,
            DeadLetters deadLetters) {}

    /**
     * @param name names the thread
     * @param what is read, in messages
     */
    public PartitionReader(String name, String what, String topic, Collaborators collaborators, InstantSource clock) {
        this(name, what, topic, collaborators, FIRST_PAUSE_OF_RECORD, clock);
    }

    /** @param firstPauseOfRecord how long a record that was offered in vain waits; each time after it twice as long */
    PartitionReader(
            String name,
            String what,
            String topic,
            Collaborators collaborators,
            Duration firstPauseOfRecord,
            InstantSource clock) {
        this.topic = topic;
        this.firstPauseOfRecord = firstPauseOfRecord;
        this.consumers = collaborators.consumers();
        this.assignment = collaborators.assignment();
        this.handler = collaborators.handler();
        this.clock = clock;
        this.trouble = new Trouble(LOG, what + " cannot be read for now", clock);
        Trouble unsure = new Trouble(LOG, what + " cannot be read for now", clock);
        this.watch = new TopicWatch(topic, collaborators.look(), updates, unsure, clock);
        this.insistence = new Insistence(name + "-again", SETTLED_AT_ONCE);
        this.settling = new Incoming.Settling(
                collaborators.deadLetters(),
                insistence,
                new Trouble(LOG, "something about " + what + " cannot be stored yet, and is tried again", clock));
        this.thread = Thread.ofPlatform().name(name).unstarted(this::loop);
    }

    /**
     * Starts reading.
     *
     * @throws RuntimeException where no consumer can be made of the properties that were given
     */
    public void start() {
        first = consumers.open(updates);
        thread.start();
    }

    /** Whether it reads, or tries to. Thread-safe. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /** Why nothing is read at present; null where it is. Thread-safe. */
    public @Nullable String problem() {
        return problem;
    }

    /** When Kafka was last polled. Thread-safe. */
    public Instant lastPoll() {
        return lastPoll;
    }

    private void loop() {
        long pauseMillis = FIRST_PAUSE_MILLIS;
        while (isWanted()) {
            try (Consumers.Opened open = next()) {
                Consumer<byte[], byte[]> opened = open.consumer();
                consumer = opened;
                Book book = new Book(opened, watch, assignment.keepsPlace(), firstPauseOfRecord, clock);
                assignment.begin(opened, book);
                while (isWanted()) {
                    pauseMillis = turnOrPause(opened, book, pauseMillis);
                }
                book.commit(opened.assignment());
            } catch (WakeupException stop) {
                LOG.debug("{} is read no more", topic);
            } catch (Throwable broken) {
                Memory.passOnIfShort(broken);
                // The consumer is of no use any more; another one goes on where this one was.
                fail(broken);
                pauseMillis = pause(pauseMillis);
            } finally {
                consumer = null;
            }
        }
    }

    private Consumers.Opened next() {
        Consumers.Opened next = first;
        first = null;
        return next == null ? consumers.open(updates) : next;
    }

    private boolean isWanted() {
        return closing.getCount() > 0 && assignment.goesOn();
    }

    /** One turn; gives how long to pause where the next one fails. */
    private long turnOrPause(Consumer<byte[], byte[]> opened, Book book, long pauseMillis) {
        try {
            turn(opened, book);
            recover();
            return FIRST_PAUSE_MILLIS;
        } catch (RuntimeException failed) {
            if (Failure.of(failed) != Failure.OUTAGE) {
                throw failed;
            }
            fail(failed);
            return pause(pauseMillis);
        }
    }

    private void fail(Throwable failed) {
        problem = String.valueOf(failed.getMessage());
        trouble.tell(failed.toString());
        // An interrupt is of no meaning here, and would end every wait that is to come.
        boolean _ = Thread.interrupted();
    }

    private void recover() {
        if (watch.isAway()) {
            problem = "there is no topic " + topic;
        } else if (problem != null) {
            problem = null;
            trouble.over();
        }
    }

    private long pause(long millis) {
        rest(millis);
        return Math.min(2 * millis, LONGEST_PAUSE_MILLIS);
    }

    private void rest(long millis) {
        try {
            boolean _ = closing.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            LOG.debug("{}: an interrupt is of no meaning here", topic);
        }
    }

    private void turn(Consumer<byte[], byte[]> opened, Book book) {
        watch.turn();
        Topic known = watch.known();
        assignment.follow(opened, known == null ? 0 : known.partitions());
        poll(opened, book);
        watch.turn();
        Topic seen = watch.known();
        if (seen != null) {
            book.place(seen);
            handOver(book, seen);
        }
        pauseAndResume(opened, book);
        book.commitNowAndThen();
        assignment.turned(opened);
    }

    private void poll(Consumer<byte[], byte[]> opened, Book book) {
        if (opened.assignment().isEmpty() && opened.subscription().isEmpty()) {
            rest(POLL.toMillis());
        } else {
            for (ConsumerRecord<byte[], byte[]> record : opened.poll(book.waitsForWatch() ? SHORT_POLL : POLL)) {
                take(record, book);
            }
        }
        lastPoll = clock.instant();
    }

    private void take(ConsumerRecord<byte[], byte[]> record, Book book) {
        Page page = book.page(record.partition());
        if (page != null) {
            int length = Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
            page.ledger().begin(record.offset(), length);
            page.waiting().add(new Incoming(record, watch.news(), clock.instant(), page.ledger(), settling));
        }
    }

    private void handOver(Book book, Topic known) {
        for (Page page : book.pages()) {
            if (!page.isOf(known)) {
                continue;
            }
            Long turn = assignment.turn(page.partition().partition());
            if (!Objects.equals(turn, page.turn())) {
                if (page.turn() != null) {
                    book.rewind(page);
                }
                page.turn(turn);
            }
            if (turn != null && page.mayBeOffered(clock.instant())) {
                handOver(page);
            }
        }
    }

    private void handOver(Page page) {
        if (offerAside(page)) {
            Incoming next = page.waiting().peekFirst();
            while (next != null && watch.covers(next.news()) && passOn(page, next)) {
                page.waiting().removeFirst();
                next = page.waiting().peekFirst();
            }
        }
    }

    /** Offers again what could not be judged, in order; false where what is behind it has to wait too. */
    private boolean offerAside(Page page) {
        Incoming first = page.aside().first();
        while (first != null) {
            switch (offer(page, first)) {
                case TAKEN -> page.aside().removeFirst();
                case NOT_YET -> {
                    return true;
                }
                case NO_ROOM -> {
                    return false;
                }
            }
            first = page.aside().first();
        }
        return true;
    }

    /** False where the record has to wait a little. */
    private boolean passOn(Page page, Incoming next) {
        Reception reception = page.aside().holdsKeyOf(next.record()) ? Reception.NOT_YET : offer(page, next);
        if (reception == Reception.NOT_YET && !page.aside().isFull()) {
            page.aside().add(next);
            return true;
        }
        return reception == Reception.TAKEN;
    }

    private Reception offer(Page page, Incoming incoming) {
        try {
            incoming.isFrom(Objects.requireNonNull(page.topic()));
            Reception reception = handler.take(incoming);
            if (reception == Reception.TAKEN) {
                page.succeeded();
            }
            return reception;
        } catch (WakeupException | InterruptException stop) {
            throw stop;
        } catch (Throwable failed) {
            if (incoming.isRefusedFor(failed, page.failures())) {
                page.succeeded();
                return Reception.TAKEN;
            }
            page.failed(clock.instant());
            return Reception.NO_ROOM;
        }
    }

    private void pauseAndResume(Consumer<byte[], byte[]> opened, Book book) {
        Set<TopicPartition> pause = new HashSet<>();
        Set<TopicPartition> resume = new HashSet<>();
        for (TopicPartition partition : opened.assignment()) {
            (isReady(book.page(partition.partition())) ? resume : pause).add(partition);
        }
        opened.pause(pause);
        opened.resume(resume);
    }

    private boolean isReady(@Nullable Page page) {
        return page != null
                && page.isOf(watch.known())
                && page.turn() != null
                && page.waiting().isEmpty()
                && !page.ledger().isFull();
    }

    @Override
    public void stop() {
        closing.countDown();
        insistence.close();
    }

    /** Stops after the turn that is under way, with a place in Kafka that others go on from. */
    @Override
    public void close() {
        stop();
        try {
            if (!thread.join(LIMIT)) {
                Consumer<byte[], byte[]> opened = consumer;
                if (opened != null) {
                    opened.wakeup();
                }
                thread.join(LONGEST_STOP);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
