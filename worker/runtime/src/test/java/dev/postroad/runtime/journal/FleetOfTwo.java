package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Decider;
import dev.postroad.engine.run.Decision;
import dev.postroad.engine.run.Origin;
import dev.postroad.engine.run.QueuePlace;
import dev.postroad.runtime.journal.TurnGiver.Room;
import dev.postroad.runtime.testing.Site;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;

/**
 * Two workers that give turns of one graph, begin the runs of their shards and tell their givers what became of them, a moment
 * after it is so. What a lane does is done here to the rows of runs, under the epoch of their shard as a lane's batch is.
 */
@NullMarked
final class FleetOfTwo implements AutoCloseable {
    static final int LIMIT = 5;
    static final int LIMIT_OF_A_TENANT = 2;

    private static final int TENANTS = 4;
    private static final int SHARDS = 2;
    /** Of those who wait so many are known; the others are read when their turn may have come. */
    private static final int MOST_KNOWN = 3;

    private static final Graph GRAPH = Site.graph("""
            graph: g
            nodes: { ask: { agent: a } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            queue: { concurrency: [{ runs: 5 }, { key: input.tenant, runs: 2 }] }
            """);
    /** A version of it whose runs count for nothing. */
    private static final QueueRules WITHOUT_LIMIT = new QueueRules(List.of(), List.of(), null);

    private static final String HELD = """
            SELECT r.id, r.limit_keys ->> 1 AS tenant FROM (SELECT unnest(runs) AS run, unnest(seqs) AS seq, unnest(epochs) AS epoch
                                                            FROM postroad.turns) AS t
            JOIN postroad.runs r ON r.id = t.run AND r.status_seq = t.seq AND r.status = 'queued'
            JOIN postroad.shards s ON s.shard = r.shard AND s.epoch = t.epoch""";
    private static final String TAKEN = """
            (SELECT id, limit_keys ->> 1 AS tenant FROM postroad.runs
             WHERE (status = 'running' AND limited) OR (status = 'queued' AND turn_at IS NOT NULL)
             UNION\s""" + HELD + ") AS taken";

    private final Site site;
    private final RandomGenerator random;
    private final JournalWriter writer;
    /** How each run came into the queue. */
    private final Map<Long, JournalEntry> entries = new HashMap<>();

    private final List<Worker> workers = new ArrayList<>();
    /** They do not know yet that they are taken for dead. */
    private final List<Worker> paused = new ArrayList<>();

    private long workerNumber;
    private int runs;
    private int begun;
    private int compared;

    private static final class Worker {
        private final TurnGiver giver;
        private final Map<Integer, Long> epochs = new HashMap<>();
        private final List<QueuedRun> given = new ArrayList<>();
        private final List<Runnable> untold = new ArrayList<>();

        Worker(TurnGiver giver) {
            this.giver = giver;
        }
    }

    FleetOfTwo(Site site, RandomGenerator random) {
        this.site = site;
        this.random = random;
        this.writer = new JournalWriter(site.database(), () -> false, (_, _) -> {});
        for (int shard = 0; shard < SHARDS; shard++) {
            execute("INSERT INTO postroad.shards (shard, epoch, owner, published_at) VALUES (?, 0, 'w', now())", shard);
        }
        workers.add(worker());
        workers.add(worker());
        for (int shard = 0; shard < SHARDS; shard++) {
            take(workers.getFirst(), shard);
        }
    }

    private Worker worker() {
        return new Worker(new TurnGiver(
                site.database(),
                ++workerNumber,
                new WaitingRuns(MOST_KNOWN, Duration.ofHours(1)),
                new TakenPlaces(Duration.ofHours(1))));
    }

    /** How many began. */
    int begun() {
        return begun;
    }

    /** How often what was given was what had to be. */
    int compared() {
        return compared;
    }

    /** Those under way, and those that may begin any moment. */
    long taken() {
        return number("SELECT count(*) FROM " + TAKEN);
    }

    /** Of those, the most that count together. */
    long takenOfATenant() {
        return number("SELECT coalesce(max(of), 0) FROM (SELECT count(*) AS of FROM " + TAKEN
                + " GROUP BY tenant) AS tenants");
    }

    /** How many wait. */
    long queued() {
        return number("SELECT count(*) FROM postroad.runs WHERE status IN ('queued', 'paused')");
    }

    private long number(String sql) {
        return site.sql()
                .withHandle(handle -> handle.select(sql).mapTo(Long.class).one());
    }

    /** Lets all go on but for what comes anew. */
    void goOn() throws SQLException {
        for (Worker worker : workers) {
            unpause(worker);
            tell(worker);
            give(worker);
            begin(worker);
            end(worker);
        }
    }

    void step() throws SQLException {
        Worker worker = workers.get(random.nextInt(workers.size()));
        switch (random.nextInt(17)) {
            case 0, 1, 2, 12 -> {
                queue(worker);
                queue(worker);
            }
            case 3, 4, 15 -> give(worker);
            case 5 -> {
                for (Worker late : paused) {
                    if (random.nextInt(4) == 0) {
                        give(late);
                        begin(late);
                    }
                }
            }
            case 6, 7 -> begin(worker);
            case 8, 9 -> end(worker);
            case 10 -> tell(worker);
            case 11 -> {
                if (random.nextInt(4) == 0) {
                    move(worker);
                }
            }
            case 13 -> leaveQueue(worker);
            case 14 -> {
                if (random.nextInt(4) == 0) {
                    unpause(worker);
                }
            }
            case 16 -> {
                giveWhereAllIsTold(worker);
                migrate(worker);
                giveWhereAllIsTold(worker);
            }
            default -> throw new AssertionError();
        }
    }

    /** A run under way moves to the version without limits, or back where that exceeds none; that is told at once. */
    private void migrate(Worker worker) {
        for (long run : some("running", 1)) {
            boolean isBack = !isLimited(run);
            String tenant = site.sql()
                    .withHandle(handle -> handle.select("SELECT limit_keys ->> 1 FROM postroad.runs WHERE id = ?", run)
                            .mapTo(String.class)
                            .one());
            if (isBack && (taken() >= LIMIT || takenOf(tenant) >= LIMIT_OF_A_TENANT)) {
                continue;
            }
            int version = isBack ? 1 : 2;
            if (migrates(worker, run, version)) {
                tell(worker);
                worker.giver.migrated("g");
                worker.giver.began("g", run);
            }
        }
    }

    private boolean migrates(Worker worker, long run, int version) {
        int shard = entry(run).key().shard();
        Long epoch = worker.epochs.get(shard);
        return epoch != null
                && 1 == site.sql().withHandle(handle -> handle.execute("""
                        UPDATE postroad.runs SET version = ?, limited = ?
                        WHERE id = ? AND status = 'running' AND shard IN (SELECT shard FROM postroad.shards WHERE shard = ? AND epoch = ?)""", version, version == 1, run, shard, epoch));
    }

    private long takenOf(String tenant) {
        return site.number("SELECT count(*) FROM " + TAKEN + " WHERE tenant = ?", tenant);
    }

    private void give(Worker worker) throws SQLException {
        if (workers.contains(worker) && random.nextBoolean()) {
            giveWhereAllIsTold(worker);
        } else {
            worker.given.addAll(given(worker, room(worker)));
        }
    }

    /** Whatever is known from before makes no difference to who gets a turn. */
    private void giveWhereAllIsTold(Worker worker) throws SQLException {
        Room room = room(worker);
        workers.forEach(FleetOfTwo::tell);
        List<Long> expected = expected(room);
        List<QueuedRun> given = given(worker, room);
        assertThat(given).extracting(QueuedRun::number).containsExactlyInAnyOrderElementsOf(expected);
        compared += given.isEmpty() ? 0 : 1;
        worker.given.addAll(given);
    }

    private Room room(Worker worker) {
        return new Room(worker.epochs, 1 + random.nextInt(4));
    }

    private static List<QueuedRun> given(Worker worker, Room room) throws SQLException {
        return worker.giver.give("g", version -> version == 1 ? GRAPH.queue() : WITHOUT_LIMIT, room);
    }

    private record Queued(long id, int shard, String tenant) {}

    /** Of all who wait, in their order, those that may begin by the limits, and those that are to begin here while there is room. */
    private List<Long> expected(Room room) {
        Map<String, Integer> taken = new HashMap<>();
        site.sql()
                .useHandle(handle -> handle.createQuery("SELECT tenant FROM " + TAKEN)
                        .mapTo(String.class)
                        .forEach(tenant -> taken.merge(tenant, 1, Integer::sum)));
        List<Queued> queue = site.sql()
                .withHandle(handle -> handle.createQuery("""
                        SELECT id, shard, limit_keys ->> 1 AS tenant FROM postroad.runs
                        WHERE status = 'queued' AND turn_at IS NULL AND id NOT IN (SELECT id FROM (\
                        """ + HELD + ") AS held) ORDER BY rank, id")
                        .map((row, context) ->
                                new Queued(row.getLong("id"), row.getInt("shard"), row.getString("tenant")))
                        .list());
        int all = taken.values().stream().mapToInt(Integer::intValue).sum();
        int places = room.places();
        Set<String> stopped = new HashSet<>();
        List<Long> expected = new ArrayList<>();
        for (Queued run : queue) {
            boolean isHere = room.epochs().containsKey(run.shard());
            if (all + expected.size() >= LIMIT) {
                break;
            }
            if (taken.getOrDefault(run.tenant(), 0) >= LIMIT_OF_A_TENANT || (isHere && places == 0)) {
                stopped.add(run.tenant());
            }
            if (!stopped.contains(run.tenant())) {
                expected.add(run.id());
                taken.merge(run.tenant(), 1, Integer::sum);
                places -= isHere ? 1 : 0;
            }
        }
        return expected;
    }

    private void queue(Worker worker) {
        int shard = random.nextInt(SHARDS);
        Long epoch = worker.epochs.get(shard);
        if (epoch == null) {
            return;
        }
        ObjectNode input = (ObjectNode) Site.json("{'tenant': 't" + random.nextInt(TENANTS) + "'}");
        String runId = "r" + runs++;
        Admission asked = new Admission(input, random.nextInt(3), null, Map.of(), new Origin("triggers", 0, runs));
        Admission placed = asked.placed(QueuePlace.of(GRAPH, asked, QueuePlace.facts(runId, GRAPH, asked), null, null));
        Decision decision = Decider.admit(runId, GRAPH, placed, Instant.now().truncatedTo(ChronoUnit.MICROS));
        RunKey key = new RunKey(writer.nextRunNumber(), runId, shard, null);
        List<JournalRow> rows = decision.events().stream().map(JournalRow::of).toList();
        JournalEntry entry = new JournalEntry(key, decision.before(), decision.run(), rows, true);
        writer.commit(List.of(entry), Map.of(shard, epoch));
        assertThat(written(entry)).isEqualTo(WaitingRun.admitted(entry));
        entries.put(key.number(), entry);
        worker.untold.add(() -> worker.giver.rests(entry));
    }

    /** One that waits is cancelled, or paused, at times for as long as turns are given; often one that has its turn. */
    private void leaveQueue(Worker worker) throws SQLException {
        boolean hasTurn = !worker.given.isEmpty() && random.nextInt(4) > 0;
        List<Long> leaving = hasTurn
                ? List.of(worker.given.get(random.nextInt(worker.given.size())).number())
                : some("queued", 1);
        for (long run : leaving) {
            if (random.nextInt(4) == 0 && changes(worker, run, "queued", "cancelled")) {
                worker.untold.add(() -> worker.giver.left("g", run));
            } else if (changes(worker, run, "queued", "paused")) {
                rests(worker, run);
                if (random.nextBoolean()) {
                    give(worker);
                    queueAgain(worker, run, "paused");
                }
            }
        }
    }

    private WaitingRun written(JournalEntry entry) {
        return site.sql()
                .withHandle(handle -> handle.createQuery(
                                "SELECT *, limit_keys::text AS keys FROM postroad.runs WHERE id = :run")
                        .bind("run", entry.key().number())
                        .map((row, context) -> WaitingRun.of(row, new ReadKeys()))
                        .one());
    }

    private void unpause(Worker worker) {
        some("paused", TENANTS).forEach(run -> queueAgain(worker, run, "paused"));
    }

    /** A lane has told of all that it has committed before it commits the next. */
    private void queueAgain(Worker worker, long run, String from) {
        tell(worker);
        if (changes(worker, run, from, "queued")) {
            rests(worker, run);
        }
    }

    private void rests(Worker worker, long run) {
        JournalEntry came = entry(run);
        JournalEntry again = new JournalEntry(came.key(), came.run(), came.run(), List.of(), false);
        worker.untold.add(() -> worker.giver.rests(again));
    }

    private JournalEntry entry(long run) {
        return Objects.requireNonNull(entries.get(run));
    }

    private List<Long> some(String status, int most) {
        return site.sql()
                .withHandle(handle -> handle.select(
                                "SELECT id FROM postroad.runs WHERE status = ? ORDER BY md5(id::text || ?) LIMIT ?",
                                status,
                                random.nextInt(),
                                most)
                        .mapTo(Long.class)
                        .list());
    }

    /** By its own turn, or by one that another gave; as a lane does, only while it stands. */
    private void begin(Worker worker) throws SQLException {
        List<QueuedRun> may = new ArrayList<>(new QueuedRuns(site.database()).withTurn(worker.epochs));
        may.addAll(worker.given);
        worker.given.clear();
        for (QueuedRun run : may) {
            if (stands(worker, run) && changes(worker, run.number(), "queued", "running")) {
                begun++;
                worker.untold.add(() -> worker.giver.began("g", run.number()));
            }
        }
    }

    private boolean stands(Worker worker, QueuedRun run) {
        QueuedRun.Turn turn = run.turn();
        return turn != null
                && Objects.equals(worker.epochs.get(run.shard()), turn.epoch())
                && 1L
                        == site.number(
                                "SELECT count(*) FROM postroad.runs WHERE id = ? AND status_seq = ?",
                                run.number(),
                                turn.seq());
    }

    private void end(Worker worker) {
        for (long run : some("running", 1 + random.nextInt(LIMIT))) {
            if (changes(worker, run, "running", "completed")) {
                worker.untold.add(() -> worker.giver.left("g", run));
                if (random.nextInt(4) == 0 && isLimited(run)) {
                    queueAgain(worker, run, "completed");
                }
            }
        }
    }

    private boolean isLimited(long run) {
        return number("SELECT count(*) FROM postroad.runs WHERE limited AND id = " + run) == 1;
    }

    private static void tell(Worker worker) {
        worker.untold.forEach(Runnable::run);
        worker.untold.clear();
    }

    /** One shard goes to the other worker, or the worker dies, and another is there in its place that has nothing. */
    private void move(Worker from) {
        Worker to = workers.get(1 - workers.indexOf(from));
        List<Integer> shards = List.copyOf(from.epochs.keySet());
        if (shards.isEmpty()) {
            return;
        }
        if (random.nextBoolean()) {
            paused.add(from);
            workers.set(workers.indexOf(from), worker());
            shards.forEach(shard -> take(to, shard));
            return;
        }
        tell(from);
        int shard = shards.get(random.nextInt(shards.size()));
        from.epochs.remove(shard);
        take(to, shard);
    }

    private void take(Worker worker, int shard) {
        worker.epochs.put(
                shard,
                site.sql()
                        .withHandle(handle -> handle.select(
                                        "UPDATE postroad.shards SET epoch = epoch + 1 WHERE shard = ? RETURNING epoch",
                                        shard)
                                .mapTo(Long.class)
                                .one()));
    }

    private boolean changes(Worker worker, long run, String from, String to) {
        int shard = entry(run).key().shard();
        Long epoch = worker.epochs.get(shard);
        return epoch != null && 1 == site.sql().withHandle(handle -> handle.execute("""
                        UPDATE postroad.runs SET status = ?, status_seq = status_seq + 1, turn_at = NULL
                        WHERE id = ? AND status = ? AND shard IN (SELECT shard FROM postroad.shards WHERE shard = ? AND epoch = ?)""", to, run, from, shard, epoch));
    }

    private void execute(String sql, Object... arguments) {
        site.sql().useHandle(handle -> handle.execute(sql, arguments));
    }

    @Override
    public void close() {
        writer.close();
    }
}
