package dev.postroad.runtime.limit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.BulkheadSettings;
import dev.postroad.contracts.definition.ClusterScope;
import dev.postroad.contracts.definition.GuardSettings;
import dev.postroad.contracts.definition.RateLimitSettings;
import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.graph.KeyExpression;
import dev.postroad.runtime.background.Rounds;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds calls of agents to the limits that all workers share. What waits is told when to come again, each at a time of its
 * own, so that those that wait do not come all at once. Thread-safe; owns one thread.
 */
public final class ClusterLimits implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterLimits.class);
    private static final long LOOK_EVERY_MILLIS = 300;
    private static final int MOST_RATES = 100_000;
    private static final int TURNS = 1_000;
    private static final int MOST_EXPRESSIONS = 1_000;
    private static final Duration SHORT_WAIT = Duration.ofMillis(500);
    private static final Duration AWAY = Duration.ofSeconds(2);
    private static final Duration LONGEST_TURN = Duration.ofMinutes(10);
    private static final Duration USUAL_CALL = Duration.ofSeconds(1);

    private final Permits permits;
    private final SharedPlaces.Surroundings surroundings;
    private final LongSupplier ticker;
    private final InstantSource clock;
    private final Rounds rounds;
    private final ConcurrentHashMap<Permits.Key, Counted> places = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Permits.Key, Rated> rates = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Permits.Key, Instant> turns = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, KeyExpression> expressions = new ConcurrentHashMap<>();

    /** What becomes of a call. */
    public sealed interface Admission {}

    /** It may begin. */
    public interface Place {
        /** It ended so. */
        void ended(AgentReply reply);

        /** Whether what it really used matters, so that its end is to be told. */
        boolean isCharged();

        /** It is under way no more. */
        void left();
    }

    /**
     * It may begin.
     *
     * @param place to be given back; null where there is no such limit
     */
    public record Admitted(@Nullable Place place) implements Admission {}

    /**
     * It is to come again.
     *
     * @param reason for people, after the agent's name
     * @param until when
     */
    public record Full(String reason, Instant until) implements Admission {}

    private static final Admitted FREE = new Admitted(null);

    /**
     * @param worker this process
     * @param losses how often it was taken for dead
     * @param ticker nanoseconds that go on evenly
     */
    public ClusterLimits(
            DataSource database, long worker, IntSupplier losses, LongSupplier ticker, InstantSource clock) {
        this(new PermitTable(database, worker), losses, ticker, clock);
    }

    ClusterLimits(Permits permits, IntSupplier losses, LongSupplier ticker, InstantSource clock) {
        this.permits = permits;
        this.surroundings = new SharedPlaces.Surroundings(permits, losses, ticker, SHORT_WAIT);
        this.ticker = ticker;
        this.clock = clock;
        this.rounds = new Rounds("postroad-limits", "what others want of limits", LOOK_EVERY_MILLIS, clock, this::tidy);
    }

    /** Starts giving back what is not needed. */
    public void start() {
        rounds.start();
    }

    /**
     * Lets a call begin, or says when it is to come again.
     *
     * @param settings the agent's
     * @param input what the agent is called with
     * @throws InterruptedException where the call was stopped while it waited
     */
    public Admission enter(String agent, GuardSettings settings, JsonNode input, String runId, String graph)
            throws InterruptedException {
        BulkheadSettings bulkhead = settings.bulkhead();
        RateLimitSettings rate = settings.rateLimit();
        ClusterScope ofPlaces = bulkhead == null ? null : bulkhead.cluster();
        ClusterScope ofRate = rate == null ? null : rate.cluster();
        if (ofPlaces == null && ofRate == null) {
            return FREE;
        }
        // Both before a place is taken, as there may be no key to be had of an input.
        Permits.Key key = ofPlaces == null ? null : key("agent/" + agent + "/bulkhead", ofPlaces, input, runId, graph);
        Permits.Key rateKey = ofRate == null ? null : key("agent/" + agent + "/rateLimit", ofRate, input, runId, graph);
        try {
            Held taken = null;
            if (bulkhead != null && key != null) {
                taken = held(key, bulkhead.calls());
                if (taken == null) {
                    Duration turn = USUAL_CALL.dividedBy(bulkhead.calls());
                    return full(key, bulkhead.calls() + " calls at once", turn, Duration.ZERO);
                }
            }
            if (rate == null || rateKey == null) {
                return new Admitted(new Entered(taken, null, null));
            }
            return rated(rateKey, rate, taken);
        } catch (SQLException away) {
            LOG.warn("the limits of agent {} cannot be looked at: {}", agent, away.getMessage());
            return new Full(
                    ClusterScope.LIMIT + " cannot be looked at: Postgres is away",
                    clock.instant().plus(AWAY));
        }
    }

    /** Takes a place; null where there is none. Nobody forgets a key while a call of it comes or is under way. */
    private @Nullable Held held(Permits.Key key, int most) throws SQLException, InterruptedException {
        Counted counted = Objects.requireNonNull(places.compute(key, (same, known) -> {
            Counted one = known == null ? new Counted(new SharedPlaces(key, surroundings), new AtomicInteger()) : known;
            one.calls().incrementAndGet();
            return one;
        }));
        boolean taken = false;
        try {
            taken = counted.places().take(most);
            return taken ? new Held(counted) : null;
        } finally {
            if (!taken) {
                counted.calls().decrementAndGet();
            }
        }
    }

    private Admission rated(Permits.Key key, RateLimitSettings settings, @Nullable Held taken)
            throws SQLException, InterruptedException {
        boolean entered = false;
        try {
            Rated rated = Objects.requireNonNull(rates.compute(
                    key,
                    (same, known) -> known == null
                            ? new Rated(new SharedRate(permits, key, ticker), settings)
                            : known.with(settings)));
            boolean inTokens = settings.tokens() != null;
            SharedRate.Use use = inTokens
                    ? rated.rate().useUsual(settings.most(), settings.per())
                    : rated.rate().useOne(settings.most(), settings.per());
            if (use.amount() == 0) {
                String what = settings.most() + (inTokens ? " tokens" : " calls") + " per " + settings.per();
                return full(key, what, settings.per().dividedBy(Math.min(settings.most(), TURNS)), use.pause());
            }
            entered = true;
            return new Admitted(new Entered(taken, inTokens ? rated.rate() : null, use));
        } finally {
            if (!entered && taken != null) {
                taken.give();
            }
        }
    }

    /** Those that wait come again one after the other, as the limit lets them in. */
    private Full full(Permits.Key key, String what, Duration turn, Duration wait) {
        Instant now = clock.instant();
        Instant until = turns.compute(key, (any, last) -> {
            Instant earliest = now.plus(wait);
            Instant next = last == null || last.isBefore(earliest) ? earliest : last.plus(turn);
            Instant latest = earliest.plus(LONGEST_TURN);
            return next.isAfter(latest) ? latest : next;
        });
        String of = key.key().isEmpty() ? "" : " for " + key.key();
        return new Full(
                ClusterScope.LIMIT + " is used up: " + what + of, until.isAfter(now) ? until : now.plusMillis(1));
    }

    private Permits.Key key(String name, ClusterScope scope, JsonNode input, String runId, String graph) {
        String text = scope.key();
        if (text == null) {
            return new Permits.Key(name, KeyExpression.NO_KEY);
        }
        if (expressions.size() > MOST_EXPRESSIONS) {
            expressions.clear();
        }
        KeyExpression expression = expressions.computeIfAbsent(text, ClusterLimits::compiled);
        JsonNode run = JsonNodeFactory.instance.objectNode().put("id", runId).put("graph", graph);
        return new Permits.Key(name, expression.key(input, run));
    }

    /** It was compiled when its agent was accepted. */
    private static KeyExpression compiled(String text) {
        try {
            return KeyExpression.compile(text);
        } catch (ExpressionException unsound) {
            throw new IllegalStateException("the key of a limit cannot be read: " + text, unsound);
        }
    }

    private record Counted(SharedPlaces places, AtomicInteger calls) {}

    /** A place of a call. */
    private record Held(Counted counted) {
        void give() {
            counted.places().give();
            counted.calls().decrementAndGet();
        }
    }

    private record Rated(SharedRate rate, RateLimitSettings settings) {
        Rated with(RateLimitSettings newest) {
            return newest.equals(settings) ? this : new Rated(rate, newest);
        }
    }

    /**
     * A call that has begun.
     *
     * @param charged where it is charged what it really used
     */
    private record Entered(@Nullable Held held, @Nullable SharedRate charged, SharedRate.@Nullable Use use)
            implements Place {
        @Override
        public void ended(AgentReply reply) {
            if (charged == null || use == null) {
                return;
            }
            long tokens = reply.usage().tokens();
            if (tokens > 0 || reply instanceof AgentReply.Completed) {
                charged.used(use, tokens);
            } else {
                charged.failed(use);
            }
        }

        @Override
        public boolean isCharged() {
            return charged != null;
        }

        @Override
        public void left() {
            if (held != null) {
                held.give();
            }
        }
    }

    private void tidy() throws SQLException {
        if (!places.isEmpty()) {
            Set<Permits.Key> wanted = permits.wantedByOthers();
            for (Map.Entry<Permits.Key, Counted> entry : List.copyOf(places.entrySet())) {
                entry.getValue().places().tidy(wanted.contains(entry.getKey()));
                places.computeIfPresent(
                        entry.getKey(),
                        (key, counted) ->
                                counted.calls().get() == 0 && counted.places().isUnused() ? null : counted);
            }
        }
        for (Rated rated : rates.values()) {
            rated.rate().tidy(rated.settings().most(), rated.settings().per());
        }
        if (rates.size() > MOST_RATES) {
            // What was granted to them and not used is lost, and that is little.
            rates.clear();
        }
        Instant now = clock.instant();
        turns.values().removeIf(turn -> turn.isBefore(now));
    }

    @Override
    public void close() {
        rounds.close();
    }
}
