package dev.postroad.runtime;

import dev.postroad.runtime.clock.ClockReader;
import dev.postroad.runtime.clock.SharedClock;
import dev.postroad.runtime.lease.LeaseKeeper;
import dev.postroad.runtime.observe.AgentParts;
import dev.postroad.runtime.observe.HealthChecks;
import dev.postroad.runtime.observe.HealthState;
import dev.postroad.runtime.observe.PartHealth;
import dev.postroad.runtime.observe.ServerWatch;
import dev.postroad.runtime.ownership.ShardOwnership;
import dev.postroad.runtime.run.lane.Lane;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a worker that its health is told of. Thread-safe; nothing here waits.
 *
 * @param kafka also sees the lag
 * @param postgres also sees the queue
 * @param aside sees runs that were set aside
 */
record HealthParts(
        Stepping stepping,
        Intake intake,
        Agents agents,
        ServerWatch kafka,
        ServerWatch postgres,
        Supplier<PartHealth> aside,
        SharedClock clock) {
    private static final Duration POLL_AT_LEAST_EVERY = Duration.ofSeconds(10);

    HealthChecks checks() {
        return new HealthChecks()
                .part("kafka", this::ofKafka)
                .part("postgres", this::ofPostgres)
                .vital("lanes", this::ofLanes)
                .vital("readers", this::ofReaders)
                .part("ownership", this::ofOwnership)
                .part("lease", this::ofLease)
                .part("registry", this::ofRegistry)
                .part("lag", kafka::found)
                .part("queue", postgres::found)
                .part("runs", aside)
                .part("clock", this::ofClock)
                .part(
                        "breakers",
                        () -> AgentParts.breakers(agents.availability().all()))
                .part("agents", () -> AgentParts.disabled(agents.availability().all()));
    }

    private PartHealth ofKafka() {
        if (clock.instant().isAfter(intake.triggers().lastPoll().plus(POLL_AT_LEAST_EVERY))) {
            return new PartHealth.Bad("triggers are not being polled");
        }
        PartHealth answers = kafka.answers();
        if (answers.state() != HealthState.OK) {
            return answers;
        }
        String unread = unread();
        if (!unread.isEmpty()) {
            return new PartHealth.Degraded("not read for now: " + unread);
        }
        int behind = stepping.lanes().all().stream()
                .mapToInt(lane -> lane.figures().shardsBehind())
                .sum();
        return behind == 0
                ? new PartHealth.Ok()
                : new PartHealth.Degraded(
                        "events come late, they are published from the journal; shards behind: " + behind);
    }

    /** By what they read: whether they do. */
    private Map<String, BooleanSupplier> readers() {
        return Map.of(
                "triggers",
                intake.triggers()::isAlive,
                "control messages",
                intake.control()::isAlive,
                "answers of agents",
                intake.results()::isAlive,
                "the registry",
                agents.registry()::isAlive);
    }

    /** By what they read: why they cannot, at present. */
    private Map<String, Supplier<@Nullable String>> problems() {
        return Map.of(
                "triggers",
                intake.triggers()::problem,
                "control messages",
                intake.control()::problem,
                "answers of agents",
                intake.results()::problem,
                "the registry",
                agents.registry()::problem);
    }

    private String unread() {
        return problems().entrySet().stream()
                .filter(reader -> reader.getValue().get() != null)
                .map(reader -> reader.getKey() + " (" + reader.getValue().get() + ")")
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private PartHealth ofPostgres() {
        return stepping.lanes().all().stream()
                .map(Lane::trouble)
                .filter(Objects::nonNull)
                .findFirst()
                .<PartHealth>map(trouble -> new PartHealth.Bad("runs stand still: " + trouble))
                .orElseGet(postgres::answers);
    }

    private PartHealth ofClock() {
        Duration skew = clock.skew();
        return ClockReader.isOff(skew) ? new PartHealth.Degraded(ClockReader.told(skew)) : new PartHealth.Ok();
    }

    private PartHealth ofLanes() {
        return stepping.lanes().areAlive()
                ? new PartHealth.Ok()
                : new PartHealth.Bad(
                        "a lane has stopped, and others take its shards over; restart this worker, the log says why");
    }

    private PartHealth ofReaders() {
        String stopped = readers().entrySet().stream()
                .filter(reader -> !reader.getValue().getAsBoolean())
                .map(Map.Entry::getKey)
                .sorted()
                .collect(Collectors.joining(", "));
        return stopped.isEmpty()
                ? new PartHealth.Ok()
                : new PartHealth.Bad("no longer read: " + stopped + "; restart this worker, the log says why");
    }

    private PartHealth ofOwnership() {
        ShardOwnership ownership = stepping.membership().shards();
        Set<Integer> lost = ownership.lost();
        if (!lost.isEmpty()) {
            return new PartHealth.Bad("lost to another worker, which is asked to give them back: shards " + lost);
        }
        Set<Integer> unsettled = ownership.unsettled();
        return unsettled.isEmpty()
                ? new PartHealth.Ok()
                : new PartHealth.Bad("still being taken up: shards " + unsettled);
    }

    private PartHealth ofLease() {
        LeaseKeeper keeper = stepping.membership().keeper();
        String trouble = keeper.trouble();
        if (trouble != null) {
            return new PartHealth.Bad("this worker cannot say that it lives, and begins no calls: " + trouble);
        }
        return keeper.poolerHidesSessions()
                ? new PartHealth.Degraded(
                        "a pooler hides sessions, so that a dead worker is missed only when its lease is"
                                + " over; set POSTROAD_POSTGRES_SESSION_URL, an address past the pooler")
                : new PartHealth.Ok();
    }

    private PartHealth ofRegistry() {
        return ofRegistry(
                clock.instant(),
                agents.catalog().currentAsOf(),
                agents.registry().problem() == null ? agents.registry().lastPoll() : Instant.EPOCH);
    }

    /**
     * Where very much is published at once, all workers are behind for a while: that is no reason to send nothing to any.
     *
     * @param followed up to when everything is known; the epoch where not even the beginning is
     * @param read when the registry was last read without trouble
     */
    static PartHealth ofRegistry(Instant now, Instant followed, Instant read) {
        if (!now.isAfter(followed.plus(POLL_AT_LEAST_EVERY))) {
            return new PartHealth.Ok();
        }
        if (followed.equals(Instant.EPOCH)) {
            return new PartHealth.Bad("the registry is being read, and not all of it is known yet");
        }
        Instant since = followed.truncatedTo(ChronoUnit.SECONDS);
        return now.isAfter(read.plus(POLL_AT_LEAST_EVERY))
                ? new PartHealth.Bad("the registry has not been followed since " + since)
                : new PartHealth.Degraded("what was published after " + since + " is still being taken up");
    }
}
