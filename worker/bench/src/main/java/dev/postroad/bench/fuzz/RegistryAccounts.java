package dev.postroad.bench.fuzz;

import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.RegistryKey;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Every committed record of the registry that the client library cannot read, or whose key does not fit, is a dead
 * letter. Of the others it cannot be told exactly: a definition that is equal to what is there, and the removal of what
 * is not, rightly leave no trace; that they were read is known by a definition behind them that is taken up.
 * Thread-safe.
 */
final class RegistryAccounts {
    private final Spots expected = new Spots();
    private final Owed letters = new Owed();

    void expect(ConsumerRecord<byte[], byte[]> record, Spot spot) {
        expected.add(spot);
        if (!isReadable(record)) {
            letters.owe(spot);
        }
    }

    void letter(Spot spot) {
        letters.pay(spot);
    }

    private static boolean isReadable(ConsumerRecord<byte[], byte[]> record) {
        try {
            String text = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
            RegistryKey key = RegistryKey.read(text);
            return record.value() == null
                    || Definitions.read(Json.read(record.value())).registryKey().equals(key.toString());
        } catch (FaultsException unreadable) {
            return false;
        }
    }

    Spots expected() {
        return expected;
    }

    long open() {
        return letters.open();
    }

    void judge(Verdict verdict) {
        verdict.unaccounted(Door.REGISTRY, "what is no definition is not kept", letters.unpaid());
        verdict.unaccounted(
                Door.REGISTRY,
                "a definition that is not committed became a dead letter",
                letters.paid().minus(expected));
    }
}
