package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.bench.Ground;
import dev.postroad.bench.Place;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Runs under way while one fault follows the other, and people tell some of them what to do. The seed decides which fault
 * comes when and whom it strikes. Confined to one thread.
 */
final class ChaosRun {
    /** Of each attempt. */
    static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final int INPUTS = 10;
    private static final int NAMED_OF_EACH = 10;
    private static final Duration LONGEST_SETTLING = Duration.ofMinutes(10);
    private static final Duration BEAT = Duration.ofMillis(500);

    private final Servers servers;
    private final Place place;
    private final int workers;
    private final Orders orders;
    private final Set<String> triggered = new HashSet<>();
    private final Map<String, Integer> struck = new TreeMap<>();

    ChaosRun(Servers servers, Place place, int workers) {
        this.servers = servers;
        this.place = place;
        this.workers = workers;
        this.orders = new Orders(place);
    }

    ObjectNode run(int runs, int count, long seed, Faults faults)
            throws IOException, FaultsException, InterruptedException {
        try (Agents agents = new Agents();
                Hosts hosts = new Hosts(place, agents.url(), servers.directory());
                Fleet fleet = new Fleet(
                        servers.directory(),
                        place,
                        Map.of("POSTROAD_MAX_RUNS", "200", InProcess.AGENTS, agents.url()),
                        number -> servers.environment(number, place.postgresUrl()));
                Person person = new Person(place, orders)) {
            person.start();
            fleet.learn(() -> {
                publish(agents, hosts);
                runInCalm();
            });
            for (int i = 0; i < workers; i++) {
                fleet.start();
            }
            Scene scene = new Scene(place, fleet, agents, hosts, servers, new Pauses(), new Random(seed));
            place.publish(ChaosSchedule.all(false));
            int ended = strike(scene, runs, Plan.of(faults.all(), count, seed));
            place.publish(ChaosSchedule.all(true));
            settle();
            person.stop();
            ObjectNode found = judged(scene, person);
            found.put("workersThatEndedByThemselves", ended).put("startsThatFailed", fleet.startsThatFailed());
            faults.left().forEach(found.putObject("faultsLeftOut")::put);
            return found;
        }
    }

    private void publish(Agents agents, Hosts hosts) throws FaultsException, InterruptedException {
        publish(ChaosGraph.AGENT, "kind: http\nurl: " + agents.url());
        publish(InProcess.AGENT, "kind: java\nprovider: " + InProcess.AGENT);
        publish(RemoteMain.AGENT, "kind: kafka");
        publish(ToolMain.AGENT, "kind: mcp\ntool: " + ToolMain.TOOL + "\nurl: " + hosts.toolUrl());
        publish(TaskTool.AGENT, "kind: mcp\ntool: " + ToolMain.TOOL + "\nurl: " + hosts.taskUrl());
        publish(ChaosGraph.MODEL, """
                kind: llm
                baseUrl: %sv1
                model: chaos
                prompt: "{{sum}}"
                tools: [%s, %s, %s]
                schema: { type: object, required: [sum, log], properties: { sum: { type: integer },
                  log: { type: array, items: { type: string } } } }
                """.formatted(agents.url(), ChaosGraph.AGENT, RemoteMain.AGENT, ToolMain.AGENT));
        publish(
                ChaosGraph.PAID,
                "kind: http\nbulkhead: { calls: %d, scope: cluster, key: input.n }\nurl: %s"
                        .formatted(SharedVerdict.CALLS_OF_A_TENANT, agents.url()));
        for (ChaosGraph graph : ChaosGraph.values()) {
            place.publish(graph.described("the first"));
        }
    }

    private void publish(String agent, String rest) throws FaultsException, InterruptedException {
        place.publish("agent: " + agent + "\n" + rest.strip() + "\ntimeout: " + TIMEOUT
                + "\nretry: { maxAttempts: 50, backoff: PT0.1S, maxBackoff: PT1S }\n");
    }

    private void runInCalm() throws InterruptedException {
        for (ChaosGraph graph : ChaosGraph.values()) {
            for (int i = 0; i < INPUTS; i++) {
                trigger("calm-" + graph.graph() + "-" + i, graph, graph == ChaosGraph.TENANTS ? i * INPUTS : i);
            }
        }
        place.flush();
        Ground.await(
                () -> place.count("SELECT count(*) FROM postroad.runs WHERE status = 'completed'") == triggered.size());
    }

    private void trigger(String run, ChaosGraph graph, int number) {
        // All runs of tenants have the same last figure.
        int n = graph == ChaosGraph.TENANTS ? number / INPUTS : number;
        ObjectNode input = JsonNodeFactory.instance.objectNode().put("n", n % INPUTS);
        place.trigger(graph.graph(), run, input);
        triggered.add(run);
    }

    private int strike(Scene scene, int runs, Plan plan) throws IOException, InterruptedException {
        int ended = 0;
        int before = 0;
        for (Plan.Step step : plan.steps()) {
            int from = plan.share(runs, step.number());
            int to = plan.share(runs, step.number() + 1);
            tellLater(before, from);
            triggerAndTell(from, to);
            before = from;
            System.err.println("fault " + step.number() + ": " + step.fault().name());
            step.fault().strike(scene.with(new Random(step.seed())));
            struck.merge(step.fault().name(), 1, Integer::sum);
            ended += scene.fleet().replaceEnded();
        }
        tellLater(before, runs);
        place.flush();
        return ended;
    }

    private void triggerAndTell(int from, int to) {
        for (int i = from; i < to; i++) {
            trigger("run-" + i, ChaosGraph.of(i), i);
        }
        place.flush();
        for (int i = from; i < to; i++) {
            orders.tell(Orders.atOnce("run-" + i, i));
        }
        place.flush();
    }

    private void tellLater(int from, int to) {
        for (int i = from; i < to; i++) {
            orders.tell(Orders.later("run-" + i, i));
        }
    }

    /** Until nothing is to come any more; what has not come by the limit is found missing. */
    private void settle() throws InterruptedException {
        Instant limit = Instant.now().plus(LONGEST_SETTLING);
        while (!Left.isSettled(place, triggered.size(), orders.told().size())
                && Instant.now().isBefore(limit)) {
            TimeUnit.NANOSECONDS.sleep(BEAT.toNanos());
        }
    }

    private ObjectNode judged(Scene scene, Person person) throws InterruptedException {
        ObjectNode found = JsonNodeFactory.instance.objectNode();
        long rows = place.count("SELECT count(*) FROM postroad.journal");
        try (EventsTopic events = new EventsTopic(place)) {
            Instant limit = Instant.now().plus(LONGEST_SETTLING.dividedBy(5));
            for (events.read(); events.distinct() < rows && Instant.now().isBefore(limit); events.read()) {
                TimeUnit.NANOSECONDS.sleep(BEAT.toNanos());
            }
            Remains remains = Left.read(scene, triggered, orders.told(), events, person.mostUnderTheLimit());
            tell(Verdict.of(remains), found);
            found.put("runs", remains.runs().size())
                    .put("rows", rows)
                    .put("eventsRepeated", events.repeats())
                    .put("orders", remains.orders().size())
                    .put("tasksSent", remains.sent().size())
                    .put(
                            "tasksSentAgain",
                            remains.sent().size()
                                    - remains.sent().stream()
                                            .map(task -> task.run() + "/" + task.task() + "#" + task.attempt())
                                            .distinct()
                                            .count())
                    .put("mostUnderTheLimit", remains.mostUnderTheLimit())
                    .put("firings", remains.shared().firings().size())
                    .put("paidCalls", remains.shared().paid().size());
        }
        List<Agents.Call> calls = scene.agents().calls();
        long tries = calls.stream()
                .map(call -> call.key() + "#" + call.attempt())
                .distinct()
                .count();
        found.put("calls", calls.size()).put("callsRepeated", calls.size() - tries);
        found.put("takeOvers", place.count("SELECT count(*) FROM postroad.take_overs"));
        struck.forEach(found.putObject("faults")::put);
        return found;
    }

    private static void tell(Map<String, List<String>> broken, ObjectNode found) {
        found.put("sound", broken.values().stream().allMatch(List::isEmpty));
        ObjectNode wrong = found.putObject("wrong");
        broken.forEach((promise, who) -> wrong.put(promise, who.size()));
        ObjectNode some = found.putObject("who");
        broken.forEach((promise, who) -> {
            if (!who.isEmpty()) {
                who.stream().limit(NAMED_OF_EACH).forEach(some.putArray(promise)::add);
            }
        });
    }
}
