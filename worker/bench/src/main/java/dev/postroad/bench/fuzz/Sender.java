package dev.postroad.bench.fuzz;

import dev.postroad.bench.fuzz.Shot.ToTopic;
import dev.postroad.contracts.message.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends records, by themselves or in transactions. Confined to one thread. */
final class Sender implements AutoCloseable {
    private final Topics topics;
    private final Numbers numbers;
    private final KafkaProducer<byte[], byte[]> plain;
    private final KafkaProducer<byte[], byte[]> transactional;
    private final AtomicLong refused = new AtomicLong();
    private final List<Loaded> block = new ArrayList<>();
    private Fate fateOfBlock = Fate.PLAIN;
    private long transactions;

    private record Loaded(long number, ToTopic shot) {}

    Sender(String kafka, Topics topics, Numbers numbers) {
        this.topics = topics;
        this.numbers = numbers;
        this.plain = producer(Map.of("bootstrap.servers", kafka, "linger.ms", 20));
        this.transactional = producer(Map.of("bootstrap.servers", kafka, "transactional.id", topics.prefix() + "fuzz"));
        transactional.initTransactions();
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> config) {
        Map<String, Object> all = new HashMap<>(config);
        all.put("max.request.size", 2 << 20);
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    void send(long number, ToTopic shot, Fate fate) {
        if (fate != fateOfBlock) {
            endBlock();
            fateOfBlock = fate;
        }
        if (fate == Fate.PLAIN) {
            send(plain, new Loaded(number, shot));
        } else {
            block.add(new Loaded(number, shot));
            if (block.size() >= Armoury.BLOCK) {
                endBlock();
            }
        }
    }

    /** As short as it can be: what is behind an open transaction is not read by anybody who reads what is committed. */
    void endBlock() {
        if (block.isEmpty()) {
            return;
        }
        transactions++;
        transactional.beginTransaction();
        block.forEach(loaded -> send(transactional, loaded));
        if (fateOfBlock == Fate.COMMITTED) {
            transactional.commitTransaction();
        } else {
            transactional.flush();
            transactional.abortTransaction();
        }
        block.clear();
    }

    private void send(KafkaProducer<byte[], byte[]> producer, Loaded loaded) {
        ToTopic shot = loaded.shot();
        var record = new ProducerRecord<>(
                shot.door().topic(topics),
                shot.partition(),
                shot.timestamp(),
                shot.key(),
                shot.value(),
                shot.headers());
        var _ = producer.send(record, (metadata, failure) -> {
            if (failure == null) {
                numbers.note(shot.door(), new Spot(metadata.partition(), metadata.offset()), loaded.number());
            } else {
                refused.incrementAndGet();
            }
        });
    }

    /** How many records Kafka itself did not take. */
    long refused() {
        return refused.get();
    }

    long transactions() {
        return transactions;
    }

    /** Waits until Kafka has all. */
    void flush() {
        endBlock();
        plain.flush();
    }

    @Override
    public void close() {
        plain.close();
        transactional.close();
    }
}
