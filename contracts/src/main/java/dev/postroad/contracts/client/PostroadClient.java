package dev.postroad.contracts.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.RegistryKey;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.live.LiveOrder;
import dev.postroad.contracts.live.OpenAttempts;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.ScheduleCommand;
import dev.postroad.contracts.message.Topics;
import dev.postroad.contracts.message.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Starts, steers and follows runs over Kafka. What it sends is acknowledged by all in-sync replicas when a method
 * returns. Thread-safe.
 *
 * {@snippet :
 * try (PostroadClient client = new PostroadClient(Map.of("bootstrap.servers", servers), topics);
 *         RunWatch watch = client.watch("order-42")) {
 *     var input = JsonNodeFactory.instance.objectNode();
 *     client.trigger(Trigger.of("approval", "order-42", input));
 *     for (RunEvent event : watch.within(Duration.ofMinutes(1))) {
 *         show(event.type().publicName());
 *         if (event.type() == EventType.RUN_WAITING) {
 *             var yes = Control.Resume.with(TextNode.valueOf("yes"));
 *             client.control(new Control("order-42", "approve-order-42", yes));
 *         }
 *     }
 *     switch (client.await("order-42", Duration.ofMinutes(1))) {
 *         case RunOutcome.Completed completed -> show(completed.state());
 *         case RunOutcome.Failed failed -> show(failed.error() + ": " + failed.message());
 *         case RunOutcome.Cancelled cancelled -> show("cancelled: " + cancelled.reason());
 *         case RunOutcome.Rejected rejected -> show("refused: " + rejected.reason());
 *         case RunOutcome.Unfinished unfinished -> show("still at " + unfinished.last());
 *     }
 * }
 * }
 *
 * <p>A failed method leaves open whether the message arrived after all. Sending it again is safe where it has an
 * identity: a trigger its run id, a control message its command id.
 */
public final class PostroadClient implements AutoCloseable {
    /** How long Kafka has for one request where no limit is given. */
    public static final Duration DEFAULT_TIME_LIMIT = Duration.ofSeconds(10);

    /** Clocks of workers, and of Kafka's brokers, may differ by as much. */
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(10);

    private final ClientSettings settings;
    private final Topics topics;
    private final MessageSender sender;

    /** Connects with {@link #DEFAULT_TIME_LIMIT}. */
    public PostroadClient(Map<String, ?> kafkaProperties, Topics topics) {
        this(kafkaProperties, topics, DEFAULT_TIME_LIMIT);
    }

    /**
     * Makes a client; Kafka is asked nothing yet.
     *
     * @param kafkaProperties any properties of Kafka's clients, {@code bootstrap.servers} among them
     * @param timeLimit how long Kafka has for one request, and may be away while a run is followed
     * @throws PostroadClientException where the properties do not do for a client of Kafka
     */
    public PostroadClient(Map<String, ?> kafkaProperties, Topics topics, Duration timeLimit) {
        this(new ClientSettings(Map.copyOf(kafkaProperties), timeLimit), topics);
    }

    private PostroadClient(ClientSettings settings, Topics topics) {
        this(settings, topics, MessageSender.open(settings));
    }

    PostroadClient(ClientSettings settings, Topics topics, Producer<byte[], byte[]> producer) {
        this(settings, topics, new MessageSender(settings, producer));
    }

    private PostroadClient(ClientSettings settings, Topics topics, MessageSender sender) {
        this.settings = settings;
        this.topics = topics;
        this.sender = sender;
    }

    /**
     * Asks for a run.
     *
     * @return the run's id: the trigger's own, or a new one where it has none
     * @throws PostroadClientException where Kafka did not acknowledge it in time
     */
    public String trigger(Trigger trigger) {
        return trigger(trigger, null);
    }

    /**
     * Asks for a run that is part of a trace: its events carry the trace, and agents are called within it.
     *
     * @param traceParent W3C trace context, such as {@code 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01}; one
     *     that is malformed counts as none, and so does null
     * @return the run's id, see {@link #trigger(Trigger)}
     * @throws PostroadClientException where Kafka did not acknowledge it in time
     */
    public String trigger(Trigger trigger, @Nullable String traceParent) {
        String runId = trigger.runId() == null ? "run-" + UUID.randomUUID() : trigger.runId();
        JsonNode message = trigger.toJson().put("runId", runId);
        sender.sendTraced(topics.triggers(), runId, message, traceParent, "the trigger of run " + runId);
        return runId;
    }

    /**
     * Steers a run.
     *
     * @return the command's id, for {@link #awaitAnswer}: the message's own, or a new one where it has none
     * @throws PostroadClientException where Kafka did not acknowledge it in time
     */
    public String control(Control control) {
        String commandId = control.commandId() == null ? "command-" + UUID.randomUUID() : control.commandId();
        String what = control.action().type() + " of run " + control.runId();
        JsonNode message = control.toJson().put("commandId", commandId);
        sender.send(topics.control(), control.runId(), message, what);
        return commandId;
    }

    /**
     * Steers a schedule. What cannot be done, because there is no such schedule, becomes a dead letter.
     *
     * @throws PostroadClientException where Kafka did not acknowledge it in time
     */
    public void control(ScheduleCommand command) {
        String what = command.action().type() + " of schedule " + command.schedule();
        sender.send(topics.control(), command.schedule(), command.toJson(), what);
    }

    /**
     * Publishes a graph, an agent, a schedule or a price. A worker takes it up, or refuses it and tells so by this place.
     *
     * @return where the record stands
     * @throws PostroadClientException where Kafka did not acknowledge it in time
     */
    public RecordPlace apply(Definition definition) {
        return apply(definition, null);
    }

    /**
     * The same by somebody.
     *
     * @param by who publishes it, 1 to 200 characters; null where nobody says
     * @return where the record stands
     * @throws PostroadClientException where Kafka did not acknowledge it in time
     */
    public RecordPlace apply(Definition definition, @Nullable String by) {
        return sender.send(
                topics.registry(), definition.registryKey(), definition.source(), by, definition.registryKey());
    }

    /**
     * Removes a graph or an agent: no new run begins with it. Runs that are under way go on; what is not there, or not any
     * more, may be removed too.
     *
     * @param registryKey such as {@code agent/researcher}, as {@link Definition#registryKey()} gives it
     * @throws IllegalArgumentException where it is no key of the registry
     * @throws PostroadClientException where Kafka did not acknowledge it in time
     */
    public void remove(String registryKey) {
        remove(registryKey, null);
    }

    /**
     * The same by somebody.
     *
     * @param by who removes it, 1 to 200 characters; null where nobody says
     * @throws IllegalArgumentException where it is no key of the registry
     * @throws PostroadClientException where Kafka did not acknowledge it in time
     */
    public void remove(String registryKey, @Nullable String by) {
        RegistryKey key;
        try {
            key = RegistryKey.read(registryKey);
        } catch (FaultsException noKey) {
            throw new IllegalArgumentException(noKey.getMessage(), noKey);
        }
        sender.sendTombstone(topics.registry(), key.toString(), by, "the removal of " + key);
    }

    /**
     * Waits until a run has ended, also where that was before this call or before its trigger has arrived. A run that
     * waits for a person is not at its end.
     *
     * <p>Where a run has ended more than once, its newest end counts. So after a command that makes it go on, such as a
     * retry, first {@linkplain #awaitAnswer await its answer}, or the end before the command is what is found.
     *
     * <p>Reads the events topic backwards from its end, beside what is published meanwhile, as far as the topic retains
     * events; an older end is not found. Nor is one that was published before the topic got more partitions, where the
     * run's key went to another one then.
     *
     * @param limit the longest wait, from when Kafka has answered the first questions; a very short one may be over before
     *     the run is found
     * @throws PostroadClientException where Kafka refused, or did not answer for as long as the client's time limit
     */
    public RunOutcome await(String runId, Duration limit) {
        return RunOutcome.of(newest(
                        runId,
                        RunOutcome::tells,
                        event -> !(RunOutcome.of(event) instanceof RunOutcome.Unfinished),
                        limit)
                .orElse(null));
    }

    /**
     * Waits until a command is answered, also where that was before this call. Where one was answered twice, as an input
     * that was first enqueued and then applied, the newest answer counts. Reads as {@link #await} does.
     *
     * @throws PostroadClientException where Kafka refused, or did not answer for as long as the client's time limit
     */
    public CommandAnswer awaitAnswer(String runId, String commandId, Duration limit) {
        Predicate<RunEvent> answers =
                event -> event.data().path("commandId").asText().equals(commandId);
        return CommandAnswer.of(newest(runId, answers, answers, limit));
    }

    private Optional<RunEvent> newest(
            String runId, Predicate<RunEvent> wanted, Predicate<RunEvent> enough, Duration limit) {
        // The watch first, so that no event falls between the two.
        try (RunWatch live = watch(runId);
                PastEvents past = PastEvents.open(consumer(), partitions(runId), wanted)) {
            return new EventSearch(past, live, wanted).newest(enough, limit, System::nanoTime);
        }
    }

    /**
     * Follows a run from now on. The place to begin is settled before this returns: no event of a run that is triggered
     * afterwards is missed. Where the run has ended already, nothing comes: {@link #await} tells.
     *
     * @throws PostroadClientException where Kafka did not answer in time
     */
    public RunWatch watch(String runId) {
        return watch(runId, StartOfWatch.NOW);
    }

    /**
     * Follows a run from a time on, by the clock of the workers.
     *
     * @throws PostroadClientException where Kafka did not answer in time
     */
    public RunWatch watch(String runId, Instant from) {
        return watch(runId, StartOfWatch.at(from));
    }

    /**
     * Follows a run from now on, and what its nodes show while they run.
     *
     * @throws PostroadClientException where Kafka did not answer in time
     */
    public LiveWatch watchWithOutput(String runId) {
        return withOutput(watch(runId), List.of());
    }

    /**
     * Adds to a watch what the nodes show: those that are under way after the events that are known, and those to come.
     *
     * @param watch taken over, also to close it where this fails
     * @param past all events of the run up to some place in or behind the watch; none to begin with what comes
     * @throws PostroadClientException where Kafka did not answer in time
     */
    public LiveWatch withOutput(RunWatch watch, List<RunEvent> past) {
        try {
            OpenAttempts open = new OpenAttempts();
            past.forEach(open::add);
            StartOfWatch start = past.isEmpty()
                    ? StartOfWatch.NOW
                    : StartOfWatch.at(open.since().orElse(past.getLast().at()).minus(CLOCKS_DIFFER));
            var partitions = new RunPartitions(topics.output(), watch.runId(), settings);
            var output = FollowedPartitions.open(consumer(), partitions, start, System::nanoTime);
            LiveOrder order = past.isEmpty()
                    ? LiveOrder.midway()
                    : LiveOrder.after(open, past.getLast().seq(), -1);
            return new LiveWatch(watch, output, order, System::nanoTime);
        } catch (PostroadClientException failed) {
            watch.close();
            throw failed;
        }
    }

    private RunWatch watch(String runId, StartOfWatch start) {
        RunPartitions partitions = partitions(runId);
        return RunWatch.open(consumer(), partitions, start, System::nanoTime);
    }

    private RunPartitions partitions(String runId) {
        return new RunPartitions(topics.events(), runId, settings);
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        try {
            return new KafkaConsumer<>(settings.consumer());
        } catch (KafkaException unfit) {
            throw PostroadClientException.unfit(settings, unfit);
        }
    }

    /** Waits for what is on its way, at most as long as the time limit. Watches stay open. */
    @Override
    public void close() {
        sender.close();
    }
}
