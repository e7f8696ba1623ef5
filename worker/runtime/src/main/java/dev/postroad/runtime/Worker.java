package dev.postroad.runtime;

import dev.postroad.runtime.clock.SharedClock;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.database.PostgresTrouble;
import dev.postroad.runtime.lease.Lease;
import dev.postroad.runtime.observe.LibraryMeters;
import dev.postroad.runtime.ownership.Holdings;
import dev.postroad.runtime.provisioning.Provisioning;
import dev.postroad.runtime.provisioning.ProvisioningException;
import dev.postroad.runtime.provisioning.StartLimit;
import dev.postroad.runtime.trace.Traces;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker: reads triggers and control messages, steps runs, publishes events. The one place where its parts are wired.
 *
 * <p>Parts are started so that each finds what it calls on, and closed in reverse order; a start that fails closes what
 * had been started. Thread-safe.
 */
public final class Worker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final Parts parts = new Parts();
    private final WorkerSettings settings;
    private final SharedClock clock;
    private final PrometheusMeterRegistry metrics;
    private final Life life = new Life(this::close);
    private final AtomicBoolean drains = new AtomicBoolean();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean closing;
    private volatile @Nullable Serving serving;

    private Worker(WorkerSettings settings, InstantSource machine) {
        this.settings = settings;
        this.clock = new SharedClock(machine, System::nanoTime);
        this.metrics = Tracing.metrics(settings);
        metrics.config().meterFilter(new LibraryMeters(settings.topics().prefix()));
    }

    /**
     * Starts a worker on a schema and topics that are there, or may be made.
     *
     * @throws RuntimeException where it cannot start; the message says what to do
     */
    public static Worker start(WorkerSettings settings) {
        return start(settings, InstantSource.system());
    }

    /**
     * Starts a worker on a machine whose clock is another one than the system's.
     *
     * @param machine what the machine's clock shows; all workers go by Postgres's
     * @throws RuntimeException see {@link #start(WorkerSettings)}
     */
    public static Worker start(WorkerSettings settings, InstantSource machine) {
        Worker worker = new Worker(settings, machine);
        worker.life.begin(worker::startOrClose);
        return worker;
    }

    private void startOrClose() {
        try {
            start();
            if (Thread.currentThread().isInterrupted()) {
                throw new ProvisioningException("the start was interrupted", null);
            }
            life.started();
        } catch (RuntimeException failed) {
            closeUninterrupted();
            throw PostgresTrouble.isOfPooler(failed)
                    ? new ProvisioningException(PostgresTrouble.say(failed), failed)
                    : failed;
        } catch (Error defect) {
            closeUninterrupted();
            throw defect;
        }
    }

    /** An interrupt ends the start, and not the orderly end of what had been started. */
    private void closeUninterrupted() {
        boolean interrupted = Thread.interrupted();
        close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void start() {
        StartLimit limit = new StartLimit(settings.startLimit());
        Provisioning.checkListening(settings.http());
        Provisioning.checkTopics(settings, limit);
        limit.awaitSchema(settings.postgres());
        life.mayEnd();
        Foundation on = new Foundation(settings, clock, System::nanoTime, metrics, limit, parts);
        Seat seat = new Seat(Membership.self(settings), new Lease(settings.lease(), on.ticker()), new Holdings());

        Storage storage = Storage.open(on);
        Publishing publishing = Publishing.open(on);
        Traces traces = Tracing.open(on, storage);
        Agents agents = Agents.open(on, storage, publishing, traces, seat);
        Stepping.Fate fate = new Stepping.Fate(() -> closing, life::isWell);
        Stepping stepping = Stepping.open(on, storage, publishing, agents, traces, seat, fate);
        Intake intake = Intake.open(on, storage, publishing, agents, stepping);
        serving = Serving.open(on, storage, publishing, agents, stepping, intake);
        stepping.membership().shards().whenDrained(this::drain);
    }

    /** Somebody asked for the end of this worker: it is the same as when its process is told to end. */
    private void drain() {
        if (drains.compareAndSet(false, true)) {
            LOG.info("this worker was asked to hand over what it has, and ends");
            Thread.ofPlatform().name("postroad-drain").start(() -> {
                close();
                drained.complete(null);
            });
        }
    }

    /** Whether the worker can do its work. */
    public boolean isReady() {
        Serving current = serving;
        return current != null && life.isWell() && current.health().report().isReady();
    }

    /**
     * Has somebody told where the worker breaks off: it ran out of memory, or a thread that it lives on ended. It stops
     * by itself then, and others take its runs over; what shares its process may have suffered too.
     *
     * @param told the reason, before the worker stops, once, and on a thread of the worker's; at once, on this thread,
     *     where it has broken off
     */
    public void whenBroken(Consumer<String> told) {
        life.whenBroken(told);
    }

    /**
     * Has somebody told where the worker was asked to hand over and end, and has.
     *
     * @param told on a thread of the worker's; at once, on this thread, where it has ended so
     */
    public void whenDrained(Runnable told) {
        var _ = drained.thenRun(told);
    }

    /** The port of the worker's HTTP server; 0 before it listens. */
    public int httpPort() {
        Serving current = serving;
        return current == null ? 0 : current.http().port();
    }

    /** Hands everything over and stops: work under way is committed, the rest is taken up by others. */
    @Override
    public void close() {
        closing = true;
        life.close();
        parts.close();
    }
}
