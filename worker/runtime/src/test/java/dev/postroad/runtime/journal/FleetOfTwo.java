package dev.postroad.runtime.journal;

import dev.postroad.engine.graph.QueueRules;
import dev.postroad.runtime.journal.TurnGiver.Room;
import dev.postroad.runtime.testing.Site;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullMarked;

/**
 * Two workers that give turns of one graph, begin the runs of their shards and tell their givers what became of them, a moment
 * after it is so. What a lane does is done here to the rows of runs, under the epoch of their shard as a lane's batch is.
 */
@NullMarked
final class FleetOfTwo {
    static final int LIMIT = 4;

    private static final QueueRules RULES =
            new QueueRules(List.of(new QueueRules.Concurrency(null, LIMIT)), List.of(), null);
    private static final int SHARDS = 2;

    private final Site site;
    private final Random random;
    private final List<Worker> workers = new ArrayList<>();
    /** They do not know yet that they are taken for dead. */
    private final List<Worker> paused = new ArrayList<>();

    private long workerNumber;
    private int runs;
    private int begun;

    private static final class Worker {
        private final TurnGiver giver;
        private final Map<Integer, Long> epochs = new HashMap<>();
        private final List<QueuedRun> given = new ArrayList<>();
        private final List<Runnable> untold = new ArrayList<>();

        Worker(TurnGiver giver) {
            this.giver = giver;
        }
    }

    FleetOfTwo(Site site, Random random) {
        this.site = site;
        this.random = random;
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
        return new Worker(new TurnGiver(site.database(), ++workerNumber));
    }

    /** How many began. */
    int begun() {
        return begun;
    }

    /** Those under way, and those that may begin any moment. */
    long taken() {
        return site.sql()
                .withHandle(handle -> handle.select("""
                        SELECT count(DISTINCT id) FROM (
                            SELECT id FROM postroad.runs WHERE status = 'running' OR (status = 'queued' AND turn_at IS NOT NULL)
                            UNION ALL
                            SELECT r.id FROM (SELECT unnest(runs) AS run, unnest(seqs) AS seq, unnest(epochs) AS epoch
                                              FROM postroad.turns) AS t
                            JOIN postroad.runs r ON r.id = t.run AND r.status_seq = t.seq AND r.status = 'queued'
                            JOIN postroad.shards s ON s.shard = r.shard AND s.epoch = t.epoch) AS taken""").mapTo(Long.class).one());
    }

    void step() throws SQLException {
        Worker worker = workers.get(random.nextInt(workers.size()));
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> queue();
            case 3, 4 -> give(worker);
            case 5 -> {
                for (Worker late : paused) {
                    give(late);
                    begin(late);
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
            default -> throw new AssertionError();
        }
    }

    private void give(Worker worker) throws SQLException {
        worker.given.addAll(worker.giver.give("g", _ -> RULES, new Room(worker.epochs, 1 + random.nextInt(4))));
    }

    private void queue() {
        execute("""
                INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, queued_at, limited, rank)
                VALUES (?, ?, 'g', 1, 'queued', 0, '{}', now(), true, now())""", "r" + runs++, random.nextInt(SHARDS));
    }

    /** By its own turn, or by one that another gave. */
    private void begin(Worker worker) throws SQLException {
        List<QueuedRun> may = new ArrayList<>(new QueuedRuns(site.database()).withTurn(worker.epochs.keySet()));
        may.addAll(worker.given);
        worker.given.clear();
        for (QueuedRun run : may) {
            if (changes(worker, run.shard(), run.number(), "queued", "running")) {
                begun++;
                worker.untold.add(() -> worker.giver.began("g", run.number()));
            }
        }
    }

    private void end(Worker worker) {
        List<Long> running = site.sql()
                .withHandle(handle -> handle.select(
                                "SELECT id FROM postroad.runs WHERE status = 'running' ORDER BY id LIMIT ?",
                                1 + random.nextInt(LIMIT))
                        .mapTo(Long.class)
                        .list());
        for (long run : running) {
            int shard = site.sql()
                    .withHandle(handle -> handle.select("SELECT shard FROM postroad.runs WHERE id = ?", run)
                            .mapTo(Integer.class)
                            .one());
            boolean again = random.nextInt(4) == 0;
            if (changes(worker, shard, run, "running", "completed")) {
                worker.untold.add(() -> worker.giver.left("g", run));
                if (again) {
                    tell(worker);
                    changes(worker, shard, run, "completed", "queued");
                }
            }
        }
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

    private boolean changes(Worker worker, int shard, long run, String from, String to) {
        Long epoch = worker.epochs.get(shard);
        return epoch != null && 1 == site.sql().withHandle(handle -> handle.execute("""
                        UPDATE postroad.runs SET status = ?, status_seq = status_seq + 1, turn_at = NULL
                        WHERE id = ? AND status = ? AND shard IN (SELECT shard FROM postroad.shards WHERE shard = ? AND epoch = ?)""", to, run, from, shard, epoch));
    }

    private void execute(String sql, Object... arguments) {
        site.sql().useHandle(handle -> handle.execute(sql, arguments));
    }
}
