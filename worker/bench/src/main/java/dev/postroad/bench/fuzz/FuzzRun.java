package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.bench.Ground;
import dev.postroad.bench.Place;
import dev.postroad.bench.WorkerProcess;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Throws records and requests at a worker and sees what becomes of them; what is to become of what is told by {@link
 * TriggerAccounts}, {@link ControlAccounts}, {@link RegistryAccounts} and {@link HttpDoor}. What is written to the topic
 * of output has no answer; nor can a number be exact about what {@link RegistryAccounts} says it cannot.
 *
 * <p>No more is thrown than so many records that are not accounted for, so that the worker is busy and not buried. Needs
 * some hundred bytes of memory a command and a few bits for any other record, however long they are.
 */
public final class FuzzRun {
    private static final String NAME = "fuzz";
    private static final int SOUND_A_SECOND = 20;
    private static final Duration PROGRESS = Duration.ofSeconds(10);

    /** To look at the heap has the worker collect its garbage at once, which few runs may notice. */
    private static final int LEAST_BETWEEN_LOOKS_AT_MEMORY = 100_000;

    private static final Duration LOOK = Duration.ofMillis(250);

    /** What is not stamped by the broker's clock is known to be readable so much late at most. */
    private static final Duration SHORT_PORTION = Duration.ofMillis(20);

    private static final Duration PORTION = Duration.ofMillis(100);

    private final FuzzSettings settings;
    private final Place place;
    private final WorkerProcess worker;
    private final String kafka;
    private final Accounts accounts;
    private final SoundRuns sound;
    private final Numbers numbers = new Numbers();
    private final FuzzReport report = new FuzzReport();
    private volatile long thrown;

    private FuzzRun(FuzzSettings settings, String kafka, Place place, WorkerProcess worker, String topicId) {
        this.settings = settings;
        this.place = place;
        this.worker = worker;
        this.kafka = kafka;
        this.accounts = new Accounts(place, topicId);
        this.sound = new SoundRuns(place);
    }

    /** Starts everything, throws all, and says what was found; {@code sound} in it says whether nothing was. */
    public static ObjectNode run(FuzzSettings settings) throws IOException, FaultsException, InterruptedException {
        try (Ground ground = new Ground();
                Place place = new Place(ground, NAME);
                WorkerProcess worker = new WorkerProcess(place.environment(Map.of()), ground.log("worker"), 512)) {
            String kafka = ground.servers().kafkaBootstrapServers();
            return new FuzzRun(settings, kafka, place, worker, prepared(kafka, place.topics())).run();
        }
    }

    private ObjectNode run() throws IOException, FaultsException, InterruptedException {
        FuzzGraphs.publish(place);
        var topics = place.topics();
        try (ScheduledExecutorService clock = Executors.newScheduledThreadPool(3);
                Pulse pulse = new Pulse(worker.httpPort());
                Lag lag = new Lag(kafka, topics, NAME);
                Follower committed = new Follower(
                        kafka,
                        List.of(topics.triggers(), topics.control(), topics.registry()),
                        SHORT_PORTION,
                        this::committed);
                Follower events = new Follower(kafka, List.of(topics.events()), PORTION, this::event);
                Follower letters = new Follower(kafka, List.of(topics.deadLetters()), PORTION, accounts::letter)) {
            try {
                var followers = List.of(committed, events, letters);
                quiet(clock, pulse);
                throwAll();
                drain(followers, lag);
                judge(followers, lag, pulse);
                return report.json();
            } finally {
                clock.shutdownNow();
            }
        }
    }

    /**
     * Has events stamped by the clock of the broker, so that it does not matter how far behind their follower is; says the
     * id of the control topic.
     */
    private static String prepared(String kafka, Topics topics) throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            var topic = new ConfigResource(ConfigResource.Type.TOPIC, topics.events());
            var stamp = new AlterConfigOp(
                    new ConfigEntry("message.timestamp.type", "LogAppendTime"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(topic, List.of(stamp))).all().get();
            var described = admin.describeTopics(List.of(topics.control()))
                    .allTopicNames()
                    .get();
            return described.values().iterator().next().topicId().toString();
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void committed(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(place.topics().triggers())) {
            sound.readable(record);
        }
        accounts.expect(record);
    }

    private void event(ConsumerRecord<byte[], byte[]> event) {
        sound.event(event, Accounts.type(event));
        accounts.event(event);
    }

    private void quiet(ScheduledExecutorService clock, Pulse pulse) throws IOException, InterruptedException {
        for (int i = 0; i < settings.warmUpRuns(); i++) {
            place.trigger(SoundRuns.GRAPH, "warm-" + i);
        }
        place.flush();
        Ground.await(() -> ended() >= settings.warmUpRuns());
        sound.start(clock, SOUND_A_SECOND);
        Ground.await(() -> sound.completed() >= SOUND_A_SECOND);
        sound.isWarm();
        TimeUnit.MILLISECONDS.sleep(settings.quiet().toMillis());
        report.before(worker);
        sound.isThrownAt();
        var _ = clock.scheduleWithFixedDelay(pulse::feel, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
        var _ = clock.scheduleWithFixedDelay(accounts::lookAtKept, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
        var _ = clock.scheduleWithFixedDelay(
                this::progress, PROGRESS.toSeconds(), PROGRESS.toSeconds(), TimeUnit.SECONDS);
    }

    private long ended() {
        return place.sql()
                .withHandle(handle -> handle.select("SELECT count(*) FROM postroad.runs WHERE ended_at IS NOT NULL")
                        .mapTo(Long.class)
                        .one());
    }

    private void progress() {
        System.err.printf(
                "%,d thrown, %,d open, %d of %d sound runs completed, %d MiB%n",
                thrown, accounts.open(), sound.completed(), sound.sent(), FuzzReport.residentMebibytes(worker));
    }

    private void throwAll() throws IOException, FaultsException, InterruptedException {
        Armoury armoury = new Armoury(settings.seed(), Examples.in(settings.examples()));
        Flow flow = new Flow(settings, accounts);
        try (Sender sender = new Sender(kafka, place.topics(), numbers);
                HttpDoor http = new HttpDoor(worker.httpPort())) {
            long begun = System.nanoTime();
            long between = Math.max(LEAST_BETWEEN_LOOKS_AT_MEMORY, settings.messages() / 8);
            for (long i = 0; i < settings.messages() && worker.handle().isAlive() && !flow.isOver(); i++) {
                if (!flow.await(i)) {
                    report.stoodStill(i);
                    break;
                }
                if (i == settings.warmUpMessages()) {
                    sound.isFuzzed();
                }
                long number = settings.first() + i;
                switch (armoury.shot(number)) {
                    case Shot.ToTopic record -> sender.send(number, record, armoury.fate(number));
                    case Shot.ToSocket request -> http.send(number, request);
                }
                thrown = i + 1;
                if (thrown % between == 0) {
                    report.onTheWay(thrown, worker);
                }
            }
            sender.flush();
            http.await();
            report.thrown(settings, thrown, System.nanoTime() - begun);
            report.doors(sender, http);
        }
    }

    /** Until all is accounted for, or nothing more has been for too long. */
    private void drain(List<Follower> followers, Lag lag) throws FaultsException, InterruptedException {
        sound.stop();
        place.send(
                place.topics().registry(),
                "graph/fuzz-last-0",
                Definitions.readAll(FuzzGraphs.last(0)).getFirst().source());
        place.flush();
        followers.forEach(Follower::look);
        long before = Long.MAX_VALUE;
        long progressAt = System.nanoTime();
        while (System.nanoTime() - progressAt < settings.patience().toNanos()) {
            boolean haveRead = followers.stream().allMatch(Follower::hasReadAll);
            long left =
                    accounts.open() + lag.of(accounts) + (sound.sent() - sound.completed()) + (isLastTakenUp() ? 0 : 1);
            if (haveRead && left == 0) {
                return;
            }
            if (left < before) {
                before = left;
                progressAt = System.nanoTime();
            }
            followers.forEach(Follower::look);
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private boolean isLastTakenUp() {
        return place.sql()
                .withHandle(handle -> handle.select(
                                "SELECT EXISTS (SELECT FROM postroad.graphs WHERE name = 'fuzz-last-0')")
                        .mapTo(Boolean.class)
                        .one());
    }

    private void judge(List<Follower> followers, Lag lag, Pulse pulse) throws IOException, InterruptedException {
        Verdict verdict = new Verdict(numbers);
        followers.forEach(
                follower -> verdict.require(follower.failure() == null, "the fuzzer itself: " + follower.failure()));
        accounts.judge(verdict);
        verdict.require(isLastTakenUp(), "the registry is not followed any more");
        report.accounts(accounts, lag.of(accounts), verdict);
        report.sound(sound, verdict);
        report.worker(worker, pulse, settings, verdict);
        report.verdict(verdict);
    }
}
