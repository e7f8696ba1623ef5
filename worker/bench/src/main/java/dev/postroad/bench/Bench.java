package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The benchmarks. Each prints one JSON object; compare ratios, for the machine is shared. */
@Command(name = "bench", mixinStandardHelpOptions = true, description = "Measures a worker on the embedded servers.")
public final class Bench {
    private static final int IN_FLIGHT = 1_000;
    private static final String NO_OPERATION = NoOperation.NAME;

    /** Runs one benchmark. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Bench()).execute(arguments));
    }

    @Command(description = "Chains of no-op nodes, 1,000 runs in flight.")
    int chain(@Mixin Chains chains) throws Exception {
        return throughput(
                Graphs.chain("bench-chain", chains.nodes, NO_OPERATION), "bench-chain", chains.runs, chains.warmUp);
    }

    @Command(description = "A fan-out and a join of no-op nodes, 1,000 runs in flight.")
    int fan(
            @Option(names = "--runs", defaultValue = "10000") int runs,
            @Option(names = "--width", defaultValue = "8") int width,
            @Option(names = "--warm-up", defaultValue = "20000", description = "runs before the measured ones")
                    int warmUp)
            throws Exception {
        return throughput(Graphs.fan("bench-fan", width, NO_OPERATION), "bench-fan", runs, warmUp);
    }

    private static int throughput(String yaml, String graph, int runs, int warmUp) throws Exception {
        try (Ground ground = new Ground();
                Site site = new Site(ground, "bench", IN_FLIGHT)) {
            site.place().publish(yaml);
            site.run(graph, "warm-", warmUp);
            site.run(graph, "measured-", runs);
            ObjectNode figures = Figures.of(site, "measured-");
            long rows = site.place().count("SELECT count(*) FROM postroad.journal");
            Ground.await(() -> site.place().events() >= rows);
            figures.put("eventsPublished", site.place().events()).put("rows", rows);
            double raw = new RawInserts(site.place().postgresUrl()).measure();
            double rowsPerSecond = figures.get("rowsPerSecond").doubleValue();
            figures.put("rawRowsPerSecond", Math.round(raw));
            figures.put("ratioToRaw", Figures.round(rowsPerSecond / raw, 3));
            print(figures.put("runsInFlight", IN_FLIGHT));
        }
        return 0;
    }

    @Command(description = "One run of 3 no-op nodes at a time, against bare commits at the same pace.")
    int idle(@Option(names = "--runs", defaultValue = "1000") int runs) throws Exception {
        try (Ground ground = new Ground();
                Site site = new Site(ground, "bench", IN_FLIGHT)) {
            site.place().publish(Graphs.chain("bench-idle", 3, NO_OPERATION));
            site.run("bench-idle", "warm-", 20_000);
            List<Double> bare = new ArrayList<>();
            try (BareCommits commits = new BareCommits(site.place().postgresUrl())) {
                for (int i = 0; i < runs; i++) {
                    site.runAlone("bench-idle", "alone-" + i);
                    bare.add(commits.millisOf(3));
                }
            }
            double threeBare = Figures.median(bare);
            double run = site.medianRunMillis("alone-") + threeBare / 3;
            ObjectNode figures = JsonNodeFactory.instance.objectNode();
            site.medianStepMillis("alone-").forEach(figures.putArray("stepP50Millis")::add);
            print(figures.put("runP50Millis", Figures.round(run, 3))
                    .put("threeBareCommitsP50Millis", Figures.round(threeBare, 3))
                    .put("ratioToThreeBareCommits", Figures.round(run / threeBare, 2))
                    .put("measures", "from the decision to admit to the commit of run.completed: four commits"));
        }
        return 0;
    }

    @Command(description = "Runs of 3 nodes that take a second each, all at once.")
    int wait(@Option(names = "--runs", defaultValue = "5000") int runs) throws Exception {
        // The lanes share the places of a worker evenly, the hashes of the run ids don't.
        try (Ground ground = new Ground();
                Site site = new Site(ground, "bench", runs + runs / 4)) {
            site.place().publish(Graphs.chain("bench-warm", 3, NO_OPERATION));
            site.place().publish(Graphs.chain("bench-wait", 3, "bench-one-second"));
            site.run("bench-warm", "warm-", 5_000);
            site.run("bench-wait", "measured-", runs);
            ObjectNode figures = Figures.of(site, "measured-");
            figures.put(
                    "heapMebibytes",
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20);
            print(figures.put("maxHeapMebibytes", Runtime.getRuntime().maxMemory() >> 20));
        }
        return 0;
    }

    @Command(description = "One run whose state grows by 1 KiB with each of 400 transitions.")
    int growth(@Option(names = "--transitions", defaultValue = "400") int transitions) throws Exception {
        try (Ground ground = new Ground();
                Site site = new Site(ground, "bench", IN_FLIGHT)) {
            site.place().publish(Graphs.chain("bench-warm", 10, NO_OPERATION));
            site.place().publish(Graphs.loop("bench-growth", transitions, "bench-one-kibibyte"));
            site.run("bench-warm", "warm-", 10_000);
            for (int i = 0; i < 30; i++) {
                site.run("bench-growth", "warm-growth-" + i + "-", 1);
            }
            List<ObjectNode> quarters = new ArrayList<>();
            for (int i = 0; i < 21; i++) {
                site.run("bench-growth", "measured-" + i + "-", 1);
            }
            for (int quarter = 0; quarter < 4; quarter++) {
                quarters.add(site.quarter("measured-", quarter, transitions / 4));
            }
            ObjectNode figures = JsonNodeFactory.instance.objectNode();
            quarters.forEach(figures.putArray("quarters")::add);
            double first = quarters.getFirst().get("millisPerTransition").doubleValue();
            double last = quarters.getLast().get("millisPerTransition").doubleValue();
            print(figures.put("lastToFirstTime", Figures.round(last / first, 3))
                    .put(
                            "lastToFirstBytes",
                            Figures.round(
                                    quarters.getLast().get("bytesPerTransition").doubleValue()
                                            / quarters.getFirst()
                                                    .get("bytesPerTransition")
                                                    .doubleValue(),
                                    3)));
        }
        return 0;
    }

    @Command(description = "What a transition of a chain leaves in Postgres and in its log, by table and index.")
    int bytes(@Mixin Chains chains) throws Exception {
        return onSite((ground, site) -> new ChainBytes(ground, site).measure(chains.nodes, chains.runs, chains.warmUp));
    }

    @Command(description = "How fast a long run is taken up, with its snapshots and without, beside a short one.")
    int load(
            @Option(names = "--rows", defaultValue = "24000", description = "journal rows of the long run") int rows,
            @Option(names = "--state", defaultValue = "100", description = "KiB of its state") int kibibytes,
            @Option(names = "--runs", defaultValue = "10", description = "runs of each kind") int runs)
            throws Exception {
        return onSite((ground, site) -> new LongRuns(site, rows, kibibytes).measure(runs));
    }

    @Command(description = "How fast many ended runs are read, and how fast others run beside them.")
    int history(
            @Option(names = "--runs", defaultValue = "200000") int runs,
            @Option(names = "--rows", defaultValue = "23", description = "journal rows of each, an odd number")
                    int rows,
            @Option(names = "--calls", defaultValue = "500", description = "measured calls of each kind") int perKind,
            @Option(names = "--chain-runs", defaultValue = "20000", description = "runs of each round of the chain")
                    int chainRuns,
            @Option(names = "--rounds", defaultValue = "3", description = "rounds of the chain on each tables")
                    int rounds)
            throws Exception {
        try (Ground ground = new Ground();
                Site full = new Site(ground, "full_tables", IN_FLIGHT);
                Site empty = new Site(ground, "empty_tables", IN_FLIGHT)) {
            var tables = new FullTables(full, (rows - 3) / 2);
            tables.fill(runs);
            ObjectNode figures = JsonNodeFactory.instance.objectNode().put("runs", runs);
            try (var calls = new HistoryCalls(full.place(), tables.graphs(), ground)) {
                figures.set("calls", calls.measure(perKind));
            }
            figures.set("chain", new ChainRounds(full, empty, chainRuns).measure(rounds));
            print(figures);
        }
        return 0;
    }

    @Command(
            description = "Chains before many ended runs are pruned, while they are, and after; and what room is left.")
    int prune(
            @Option(names = "--runs", defaultValue = "1000000", description = "ended runs") int runs,
            @Option(names = "--rows", defaultValue = "23", description = "journal rows of each, an odd number")
                    int rows,
            @Option(names = "--chain-runs", defaultValue = "20000", description = "runs of each round of the chain")
                    int chainRuns,
            @Option(names = "--rounds", defaultValue = "5", description = "rounds of each") int rounds)
            throws Exception {
        return onSite((ground, site) ->
                new PruneRounds(site, new FullTables(site, (rows - 3) / 2), chainRuns).measure(runs, rounds));
    }

    @Command(description = "Runs that wait for a person: heap, restart, and how fast they resume.")
    int interrupts(
            @Option(names = "--runs", defaultValue = "100000") int runs,
            @Option(names = "--resumes", defaultValue = "300", description = "runs that are resumed, one by one")
                    int resumes)
            throws Exception {
        return onPlace((ground, place) -> new WaitingRuns(ground, place).measure(runs, resumes));
    }

    @Command(description = "Many triggers at once, a worker that dies in the middle, and the order of the queue.")
    int queue(
            @Option(names = "--runs", defaultValue = "20000") int runs,
            @Option(names = "--max-runs", defaultValue = "200", description = "runs at once") int maxRuns)
            throws Exception {
        return onPlace((ground, place) -> new QueuedRuns(ground, place, maxRuns).measure(runs));
    }

    @Command(description = "One tenant that queues many runs, and another that has one each second.")
    int fairness(
            @Option(names = "--runs", defaultValue = "100000") int runs,
            @Option(names = "--single", defaultValue = "40", description = "runs of the other tenant, one each second")
                    int single,
            @Option(names = "--nap", defaultValue = "25", description = "milliseconds that a run takes") long nap,
            @Option(names = "--rounds", defaultValue = "2", description = "rounds of each") int rounds)
            throws Exception {
        return onPlace((ground, place) -> new FairRuns(ground, place, nap).measure(runs, single, rounds));
    }

    @Command(description = "Starts under limits of many keys, and as many without, by turns.")
    int limits(
            @Option(names = "--runs", defaultValue = "50000", description = "runs of each round") int runs,
            @Option(names = "--keys", defaultValue = "1000") int keys,
            @Option(names = "--rounds", defaultValue = "3", description = "rounds of each") int rounds)
            throws Exception {
        return onPlace((ground, place) -> new LimitedRuns(ground, place).measure(runs, keys, rounds));
    }

    @Command(description = "Schedules of every second, and as many runs that are triggered, by turns.")
    int schedules(
            @Option(names = "--schedules", defaultValue = "1000") int schedules,
            @Option(names = "--seconds", defaultValue = "10", description = "of each part") int seconds,
            @Option(names = "--rounds", defaultValue = "7", description = "rounds of both parts") int rounds)
            throws Exception {
        return onPlace((ground, place) -> ScheduledRuns.measure(ground, place, schedules, seconds, rounds));
    }

    @Command(description = "Runs in flight that are cancelled at a pace, beside others that go on.")
    int cancel(
            @Option(names = "--runs", defaultValue = "2000") int runs,
            @Option(names = "--pace", defaultValue = "100", description = "cancels a second") int pace,
            @Option(names = "--load", defaultValue = "200", description = "chains of 10 nodes that start each second")
                    int load)
            throws Exception {
        return onPlace((ground, place) -> new CancelledRuns(ground, place).measure(runs, pace, load));
    }

    @Command(description = "The same chain with and without circuit breaker, bulkhead and rate limit, by turns.")
    int guards(
            @Option(names = "--runs", defaultValue = "20000", description = "runs of each round") int runs,
            @Option(names = "--rounds", defaultValue = "6", description = "rounds of each") int rounds)
            throws Exception {
        return onSite((ground, site) -> new GuardedRounds(site, runs).measure(rounds));
    }

    @Command(description = "How long steps take beside runs whose expressions cost as much as they may.")
    int costly(
            @Option(names = "--seconds", defaultValue = "20", description = "of each round") int seconds,
            @Option(names = "--per-second", defaultValue = "5", description = "costly runs") int perSecond)
            throws Exception {
        return onSite((ground, site) -> new CostlyNeighbours(site).measure(seconds, perSecond));
    }

    @Command(description = "The same chain alone, and beside open consoles, by turns.")
    int consoles(
            @Option(names = "--runs", defaultValue = "20000", description = "runs of each round") int runs,
            @Option(names = "--rounds", defaultValue = "6", description = "rounds of each") int rounds,
            @Option(names = "--consoles", defaultValue = "50", description = "that show the list of runs") int consoles)
            throws Exception {
        return onSite((ground, site) -> new ConsoleRounds(site, runs, consoles).measure(rounds));
    }

    @Command(description = "The same chain quiet, logging and showing, and beside a flood of both, by turns.")
    int observe(
            @Option(names = "--runs", defaultValue = "20000", description = "runs of each round") int runs,
            @Option(names = "--rounds", defaultValue = "6", description = "rounds of each") int rounds,
            @Option(names = "--loud", defaultValue = "1", description = "of ten nodes, those that log and show")
                    int loudNodes)
            throws Exception {
        return onSite((ground, site) -> new ObservedRounds(site, runs, loudNodes).measure(rounds));
    }

    @Command(
            description =
                    "The same chain on a worker that traces some of its runs, and on one that traces none, by turns.")
    int traces(
            @Option(names = "--runs", defaultValue = "20000", description = "runs of each round") int runs,
            @Option(names = "--rounds", defaultValue = "6", description = "rounds of each") int rounds,
            @Option(names = "--sampled", defaultValue = "0.01", description = "the part of the runs that is traced")
                    double sampled)
            throws Exception {
        try (Ground ground = new Ground()) {
            print(new TracedRounds(ground, runs, IN_FLIGHT).measure(rounds, sampled));
        }
        return 0;
    }

    @Command(description = "Many calls of an agent behind HTTP, all at once, on one worker.")
    int calls(
            @Option(names = "--calls", defaultValue = "10000") int calls,
            @Option(names = "--seconds", defaultValue = "5", description = "how long each takes") int seconds,
            @Option(names = "--warm-up", defaultValue = "20000", description = "calls before the measured ones")
                    int warmUp)
            throws Exception {
        return onPlace(
                (ground, place) -> new WaitingCalls(ground, place).measure(calls, Duration.ofSeconds(seconds), warmUp));
    }

    @Command(description = "Chains of an agent behind HTTP in another process, beside a bare loop of as many calls.")
    int http(@Mixin Chains chains) throws Exception {
        return onSite((ground, site) -> ServedRuns.chains(site, chains.nodes, chains.runs, chains.warmUp, IN_FLIGHT)
                .put("runsInFlight", IN_FLIGHT));
    }

    @Command(name = "kafka-agents", description = "Chains of an agent on Kafka, whose host is another process.")
    int kafkaAgents(@Mixin Chains chains) throws Exception {
        return onSite((ground, site) -> HostedRuns.chains(site, chains.nodes, chains.runs, chains.warmUp)
                .put("runsInFlight", IN_FLIGHT));
    }

    @Command(
            name = "kafka-tasks",
            description =
                    "Tasks of an agent on Kafka, all out at once: heap, a worker that is killed, and what was sent.")
    int kafkaTasks(
            @Option(names = "--tasks", defaultValue = "100000") int tasks,
            @Option(names = "--heap", defaultValue = "512", description = "MiB of the worker's heap") int heap)
            throws Exception {
        return onPlace((ground, place) -> HostedRuns.out(ground, place, tasks, heap));
    }

    /** What is measured on something that stands on the ground. */
    private interface Measuring<T> {
        ObjectNode on(Ground ground, T measured) throws Exception;
    }

    private static int onSite(Measuring<Site> measuring) throws Exception {
        try (Ground ground = new Ground();
                Site site = new Site(ground, "bench", IN_FLIGHT)) {
            print(measuring.on(ground, site));
        }
        return 0;
    }

    private static int onPlace(Measuring<Place> measuring) throws Exception {
        try (Ground ground = new Ground();
                Place place = new Place(ground, "bench")) {
            print(measuring.on(ground, place));
        }
        return 0;
    }

    private static void print(ObjectNode figures) {
        byte[] json = Json.bytes(figures);
        System.out.write(json, 0, json.length);
        System.out.println();
    }

    /** How many chains are measured, and how long ones. */
    static final class Chains {
        @Option(names = "--runs", defaultValue = "20000")
        private int runs;

        @Option(names = "--nodes", defaultValue = "10")
        private int nodes;

        @Option(names = "--warm-up", defaultValue = "20000", description = "runs before the measured ones")
        private int warmUp;
    }
}
