package dev.postroad.bench.fuzz;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Every committed command that the client library can read is answered by an event of its run that bears its id, kept
 * for its run, or a dead letter; what cannot be read is a dead letter. The id is the message's, else that of its header,
 * else its place. Of commands of one run with the same id one is answered. What is forwarded to another partition bears
 * the id in its header, so that it is the same command. So it cannot be told which of several commands of one id it was
 * that was answered. Thread-safe.
 */
final class ControlAccounts {
    private final String behindPlace;
    private final CommandIds ids = new CommandIds();
    private final Spots expected = new Spots();
    private final Owed letters = new Owed();

    /** @param topicId of the topic, which stands behind the place in the ids of commands that have none of their own */
    ControlAccounts(String topicId) {
        this.behindPlace = ":" + topicId;
    }

    /** A command as it is told from others. */
    private record Named(String runId, String commandId) {}

    void expect(ConsumerRecord<byte[], byte[]> record, Spot spot) {
        expected.add(spot);
        named(record, spot, record.topic())
                .ifPresentOrElse(name -> ids.expect(name.runId(), name.commandId(), spot), () -> letters.owe(spot));
    }

    /** @param letter has the command's key, value and headers */
    void letter(ConsumerRecord<byte[], byte[]> letter, String topic, Spot spot) {
        letters.pay(spot);
        named(letter, spot, topic).ifPresent(name -> ids.answer(name.runId(), name.commandId()));
    }

    void answered(String runId, String commandId) {
        ids.answer(runId, bare(commandId));
    }

    private String bare(String commandId) {
        return commandId.endsWith(behindPlace)
                ? commandId.substring(0, commandId.length() - behindPlace.length())
                : commandId;
    }

    private Optional<Named> named(ConsumerRecord<byte[], byte[]> record, Spot spot, String topic) {
        if (record.value() == null) {
            return Optional.empty();
        }
        try {
            String key = record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
            Control control = Control.read(Json.read(record.value()), key);
            Header header = record.headers().lastHeader(EventHeaders.COMMAND_ID);
            String place = topic + ":" + spot.partition() + ":" + spot.offset();
            String own = header == null || header.value() == null
                    ? place
                    : bare(new String(header.value(), StandardCharsets.UTF_8));
            return Optional.of(new Named(control.runId(), Objects.requireNonNullElse(control.commandId(), own)));
        } catch (FaultsException unreadable) {
            return Optional.empty();
        }
    }

    Spots expected() {
        return expected;
    }

    long open() {
        return ids.open() + letters.open();
    }

    void judge(Verdict verdict) {
        var unanswered = ids.unanswered().stream()
                .filter(spot -> !letters.paid().contains(spot))
                .toList();
        verdict.unaccounted(Door.CONTROL, "nothing became of a command", unanswered.size(), unanswered);
        verdict.unaccounted(Door.CONTROL, "what is no command is not kept", letters.unpaid());
        verdict.unaccounted(
                Door.CONTROL,
                "a command that is not committed became a dead letter",
                letters.paid().minus(expected));
        long unexpected = ids.unexpected();
        verdict.require(unexpected == 0, unexpected + " commands had an effect and are not committed");
    }
}
