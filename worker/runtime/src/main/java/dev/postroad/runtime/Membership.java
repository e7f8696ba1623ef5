package dev.postroad.runtime;

import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.handover.LeftCalls;
import dev.postroad.runtime.lease.Lease;
import dev.postroad.runtime.lease.LeaseKeeper;
import dev.postroad.runtime.lease.Self;
import dev.postroad.runtime.ownership.ShardMoves;
import dev.postroad.runtime.ownership.ShardOwnership;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Jdbi;

/**
 * A worker's place among the workers: its lease, and the shards that it owns. When it is closed, first all shards go to
 * others, then the calls under way get their time, and then nobody expects a sign of it any more. Thread-safe.
 */
final class Membership implements AutoCloseable {
    private final WorkerSettings settings;
    private final InstantSource clock;
    private final Lease lease;
    private final LeftCalls left;
    private final ShardOwnership shards;
    private final LeaseKeeper keeper;

    /**
     * @param well whether nothing that the worker lives on has ended; it gives no sign of its life where that has
     * @param ticker nanoseconds that go on evenly, from any origin
     */
    Membership(
            WorkerSettings settings,
            Seat seat,
            Jdbi jdbi,
            ShardMoves.Collaborators collaborators,
            BooleanSupplier well,
            LongSupplier ticker) {
        this.settings = settings;
        this.lease = seat.lease();
        clock = collaborators.clock();
        left = collaborators.left();
        Self self = seat.self();
        Bell lookSoon = new Bell();
        shards = new ShardOwnership(
                self.id(),
                settings.sessionTimeout(),
                new ShardMoves(jdbi, self.id(), self.name(), settings.drain(), seat.holdings(), collaborators),
                seat.holdings(),
                lookSoon::ring,
                clock);
        keeper = new LeaseKeeper(
                settings.postgres(),
                self,
                lease,
                shards,
                lookSoon,
                () -> well.getAsBoolean() && collaborators.lanes().areAlive(),
                ticker,
                clock);
    }

    /** What this process says of itself. */
    static Self self(WorkerSettings settings) {
        // Zero is nobody.
        long id = RandomGenerator.getDefault().nextLong(1, Long.MAX_VALUE);
        String version =
                Objects.requireNonNullElse(Membership.class.getPackage().getImplementationVersion(), "development");
        return new Self(id, settings.workerId(), host(), version, settings.lease());
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }

    void start() {
        keeper.start();
    }

    ShardOwnership shards() {
        return shards;
    }

    LeaseKeeper keeper() {
        return keeper;
    }

    /** Registers what is counted about it. */
    void measure(MeterRegistry registry) {
        Gauge.builder("postroad.shards.owned", shards, owned -> owned.epochs().size())
                .description("Shards that this worker steps the runs of")
                .register(registry);
        Gauge.builder("postroad.lease.held", lease, held -> held.isHeld() ? 1 : 0)
                .description("Whether this worker may begin calls")
                .register(registry);
        Gauge.builder("postroad.calls.left", left, LeftCalls::open)
                .description("Calls that end here while their runs go on elsewhere")
                .register(registry);
        FunctionCounter.builder("postroad.workers.buried", keeper, LeaseKeeper::buried)
                .description("Workers that this one was the first to find dead")
                .register(registry);
        FunctionCounter.builder("postroad.shards.taken", shards, ShardOwnership::takenOver)
                .description("Shards that were taken up from dead workers")
                .register(registry);
    }

    @Override
    public void close() {
        keeper.leave();
        shards.leave();
        left.awaitEnd(settings.drain(), clock);
        keeper.close();
    }
}
