package dev.postroad.runtime.retention;

import dev.postroad.runtime.background.Hourly;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.background.Trouble;
import dev.postroad.runtime.config.RetentionSettings;
import dev.postroad.runtime.retention.LeftRows.Deleted;
import dev.postroad.runtime.run.lane.Lanes;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes ended runs whose time has come, or that somebody asked to delete, in small portions, and rests after each, so
 * that the runs under way do not feel it. The owner of a shard does so for its runs: only there is it known that nobody
 * takes a run up again at this very moment. What goes wrong only delays it. Owns one thread.
 */
public final class Pruner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pruner.class);
    private static final long LOOK_EVERY_MILLIS = 1_000;
    private static final int MOST_RUNS = 500;
    private static final int MOST_ROWS = 20_000;
    private static final int MOST_IDS = 5_000;
    private static final int MOST_PASSED_OVER = 1_000;
    private static final int MOST_FAILURES = 3;
    private static final Duration PASSED_OVER_FOR = Duration.ofSeconds(5);

    /** For each millisecond of work, so many of rest; where somebody waits for it, or no run is under way, fewer. */
    private static final int REST = 4;

    private static final int SHORT_REST = 1;

    /** An archive that is away makes a portion long, and it is no work of Postgres that is rested from then. */
    private static final Duration LONGEST_REST = Duration.ofSeconds(5);

    private final Jdbi jdbi;
    private final RetentionSettings settings;
    private final Lanes lanes;
    private final Supplier<Map<Integer, Long>> owned;
    private final LongSupplier ticker;
    private final DueRuns due;
    private final RequestedRuns requested;
    private final Archive archive;
    private final Erasure erasure;
    private final LeftRows left;
    private final Hourly ids;
    private final InstantSource clock;
    private final Trouble trouble;
    private final PruneFigures figures = new PruneFigures();
    private final Portion runs = new Portion(20, MOST_RUNS);
    private final Portion rows = new Portion(1_000, MOST_ROWS);
    private final Set<Long> passedOver = new LinkedHashSet<>();
    private final Rounds rounds;
    private boolean awaited;
    private int failuresInARow;
    private Instant forgiveAt = Instant.MIN;
    private long waitedNanos;
    private long told;

    /**
     * @param archive where runs go before they are deleted; a run that it does not take stays
     * @param owned the shards whose runs are stepped here, each with its epoch
     * @param ticker nanoseconds that go on evenly, from any origin
     */
    public Pruner(
            Jdbi jdbi,
            RetentionSettings settings,
            Archive archive,
            Lanes lanes,
            Supplier<Map<Integer, Long>> owned,
            InstantSource clock,
            LongSupplier ticker) {
        this.jdbi = jdbi;
        this.settings = settings;
        this.lanes = lanes;
        this.owned = owned;
        this.ticker = ticker;
        this.due = new DueRuns(jdbi, settings, clock);
        this.requested = new RequestedRuns(jdbi);
        this.archive = archive;
        this.erasure = new Erasure(jdbi);
        this.left = new LeftRows(jdbi);
        this.ids = new Hourly(clock);
        this.clock = clock;
        this.trouble = new Trouble(LOG, "ended runs cannot be pruned, and are kept", clock);
        this.rounds = new Rounds("postroad-pruner", "ended runs to prune", LOOK_EVERY_MILLIS, clock, this::look);
    }

    /** Registers what is counted, and starts looking. */
    public void start(MeterRegistry registry) {
        figures.measure(registry);
        rounds.start();
    }

    private void look() throws InterruptedException {
        failuresInARow = 0;
        Instant now = clock.instant();
        if (!now.isBefore(forgiveAt)) {
            passedOver.clear();
            forgiveAt = now.plus(PASSED_OVER_FOR);
        }
        boolean more = true;
        while (more) {
            long begun = worked();
            more = step();
            rest(since(begun), more);
        }
        tell();
    }

    /** Goes on while something is done, and stands still while a lane is waited for. */
    private long worked() {
        return ticker.getAsLong() - waitedNanos;
    }

    private Duration since(long begun) {
        return Duration.ofNanos(worked() - begun);
    }

    /** A portion of what is to be done; false where there is nothing. */
    private boolean step() throws InterruptedException {
        ToPrune there = ToPrune.look(jdbi);
        if (there.rows() && deletesLeftRows()) {
            return true;
        }
        Map<Integer, Long> epochs = owned.get();
        if (!epochs.isEmpty()) {
            List<EndedRun> asked =
                    there.requests() ? requested.next(epochs.keySet(), passedOver, runs.size()) : List.of();
            awaited = !asked.isEmpty();
            if (awaited) {
                return prune(asked, epochs);
            }
            if (there.requests()) {
                requested.forget();
            }
            if (due.isSweeping()) {
                List<EndedRun> ended = due.next(epochs.keySet(), runs.size());
                return ended.isEmpty() || prune(ended, epochs);
            }
        }
        return expires();
    }

    private boolean deletesLeftRows() {
        long begun = worked();
        Deleted deleted = left.delete(rows.size());
        figures.deleted(deleted.rows());
        if (deleted.rows() == rows.size()) {
            rows.took(since(begun));
        }
        return !deleted.equals(Deleted.NOTHING);
    }

    /** False where it fails again and again; what cannot be pruned is passed over, so that it keeps none of the others. */
    private boolean prune(List<EndedRun> ended, Map<Integer, Long> epochs) throws InterruptedException {
        long begun = worked();
        try {
            Set<String> gone = erase(ended, epochs);
            figures.erased(gone.size());
            passOver(ended.stream().filter(run -> !gone.contains(run.runId())).toList());
            failuresInARow = 0;
            trouble.over();
        } catch (JdbiException | SQLException | IOException failed) {
            figures.failed();
            trouble.tell(String.valueOf(failed.getMessage()));
            if (ended.size() == 1) {
                passOver(ended);
            }
            runs.failed();
            return ++failuresInARow < MOST_FAILURES;
        }
        if (ended.size() == runs.size()) {
            runs.took(since(begun));
        }
        return true;
    }

    private Set<String> erase(List<EndedRun> ended, Map<Integer, Long> epochs)
            throws SQLException, IOException, InterruptedException {
        List<ArchivedRun> stored = archive.store(ended);
        List<EndedRun> going = stored.stream().map(ArchivedRun::run).toList();
        erasure.note(going);
        long asked = ticker.getAsLong();
        try (HeldRuns held = HeldRuns.of(lanes, going)) {
            waitedNanos += ticker.getAsLong() - asked;
            return Set.copyOf(erasure.erase(held.among(stored), epochs));
        }
    }

    /** They are looked at again a little later. */
    private void passOver(List<EndedRun> stay) {
        stay.stream()
                .map(EndedRun::number)
                .limit(Math.max(0, MOST_PASSED_OVER - passedOver.size()))
                .forEach(passedOver::add);
    }

    private boolean expires() {
        if (!ids.isDue()) {
            return false;
        }
        if (left.expire(settings.prunedIds(), MOST_IDS)) {
            return true;
        }
        ids.done();
        return false;
    }

    private void rest(Duration worked, boolean more) throws InterruptedException {
        if (more) {
            Duration rest = worked.multipliedBy(awaited || isQuiet() ? SHORT_REST : REST);
            TimeUnit.NANOSECONDS.sleep(rest.compareTo(LONGEST_REST) < 0 ? rest.toNanos() : LONGEST_REST.toNanos());
        }
    }

    private boolean isQuiet() {
        return lanes.all().stream().allMatch(lane -> lane.figures().running() == 0);
    }

    private void tell() {
        if (figures.runs() > told) {
            LOG.info(
                    "pruned {} ended runs; {} rows of journals went since the start",
                    figures.runs() - told,
                    figures.rows());
            told = figures.runs();
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
