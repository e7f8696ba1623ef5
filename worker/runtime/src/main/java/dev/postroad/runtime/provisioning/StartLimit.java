package dev.postroad.runtime.provisioning;

import dev.postroad.runtime.config.PostgresSettings;
import dev.postroad.runtime.database.Pools;
import dev.postroad.runtime.database.PostgresTrouble;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a start may take up with servers that are not there yet, altogether. What they may come to is waited for, and
 * said; what no waiting mends, such as a wrong password, ends the start at once. Confined to one thread.
 */
public final class StartLimit {
    private static final Logger LOG = LoggerFactory.getLogger(StartLimit.class);
    private static final long PAUSE_MILLIS = 250;
    /** So long the first try waits for a server that takes the connection and says nothing; each one after it twice as long. */
    private static final Duration FIRST_TRY = Duration.ofSeconds(2);

    private static final Duration LONGEST_TRY = Duration.ofSeconds(10);

    private final Duration limit;
    private final long begun = System.nanoTime();
    private final Set<String> said = new HashSet<>();

    /** A step of a start that needs Postgres. */
    public interface Step {
        /**
         * Takes it; one that failed is taken again.
         *
         * @throws SQLException where Postgres does not answer, or not well
         */
        void take() throws SQLException;
    }

    /** A limit that begins now. */
    public StartLimit(Duration limit) {
        this.limit = limit;
    }

    /** How long it is altogether. */
    Duration whole() {
        return limit;
    }

    /** What is left of it, and a second at the least. */
    Duration left() {
        Duration left = limit.minusNanos(System.nanoTime() - begun);
        return left.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : left;
    }

    boolean isOver() {
        return System.nanoTime() - begun > limit.toNanos();
    }

    /**
     * Waits until Postgres can be used, and has the schema.
     *
     * @throws ProvisioningException where it cannot, or not in time; it says what to do
     */
    public void awaitSchema(PostgresSettings postgres) {
        PGSimpleDataSource source = (PGSimpleDataSource) postgres.toDataSource();
        if (!postgres.isPooled() && source.getOptions() == null) {
            // A pooler that refuses it is met here.
            source.setOptions(Pools.OPTIONS);
        }
        AtomicInteger longest = new AtomicInteger((int) FIRST_TRY.toSeconds());
        untilDone(postgres, () -> {
            int seconds = (int) Math.min(longest.get(), left().toSeconds());
            longest.updateAndGet(last -> (int) Math.min(2L * last, LONGEST_TRY.toSeconds()));
            source.setLoginTimeout(seconds);
            source.setConnectTimeout(seconds);
            source.setSocketTimeout(seconds);
            try (Connection connection = source.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT FROM postroad.shards LIMIT 1");
            }
        });
    }

    /**
     * Takes a step, again and again while Postgres is away.
     *
     * @throws ProvisioningException where it cannot be taken, or not in time; it says what to do
     */
    public void untilDone(PostgresSettings postgres, Step step) {
        while (true) {
            try {
                step.take();
                return;
            } catch (SQLException | JdbiException failed) {
                SQLException reason = reason(failed);
                if (reason == null) {
                    throw new ProvisioningException(
                            "Postgres at " + postgres.address() + " gave what cannot be used: " + failed.getMessage(),
                            failed);
                }
                judge(postgres, reason);
            }
            pause();
        }
    }

    private void judge(PostgresSettings postgres, SQLException reason) {
        String at = "Postgres at " + postgres.address();
        String state = reason.getSQLState() == null ? "" : reason.getSQLState();
        String what = String.valueOf(reason.getMessage()).strip().replaceAll("\\s*\\R\\s*", "; ");
        if (PostgresTrouble.isOfPooler(reason)) {
            throw new ProvisioningException(at + " cannot be used: " + PostgresTrouble.say(reason), reason);
        }
        // 08004 is what the driver says of a server that asks for what it was not given, such as a password.
        if (state.startsWith("28") || state.equals("08004")) {
            throw new ProvisioningException(
                    at + " does not let user " + postgres.user() + " in: " + what
                            + "; correct POSTROAD_POSTGRES_USER and POSTROAD_POSTGRES_PASSWORD",
                    reason);
        }
        if (state.equals("3D000")) {
            throw new ProvisioningException(
                    at + " has no such database: " + what + "; make it, or correct POSTROAD_POSTGRES_URL", reason);
        }
        if (state.equals("42P01") || state.equals("3F000") || state.equals("42703")) {
            throw new ProvisioningException(
                    at + " has no schema for this release: " + what + "; run `postroad migrate`", reason);
        }
        if (state.equals("42501")) {
            throw new ProvisioningException(
                    at + " does not let user " + postgres.user() + " use the schema postroad: " + what
                            + "; grant it, or run `postroad migrate` as this user",
                    reason);
        }
        if (isOver()) {
            throw new ProvisioningException(
                    at + " cannot be used within " + limit + ": " + what
                            + "; see that it runs and that POSTROAD_POSTGRES_URL is right",
                    reason);
        }
        if (said.add(what)) {
            LOG.warn("{} cannot be used yet, and is waited for until {} are over: {}", at, limit, what);
        }
    }

    private static @Nullable SQLException reason(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException ofPostgres) {
                return ofPostgres;
            }
        }
        return null;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ProvisioningException("the start was interrupted while it waited for Postgres", interrupted);
        }
    }
}
