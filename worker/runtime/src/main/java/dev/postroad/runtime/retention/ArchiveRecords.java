package dev.postroad.runtime.retention;

import dev.postroad.contracts.message.EventHeaders;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Sends what is written to it as records of one key, each as large as it may be. Confined to one thread. */
final class ArchiveRecords extends OutputStream {
    /** A topic takes 1 MiB with key and headers, unless somebody says otherwise. */
    static final int LARGEST_PART = 900_000;

    private final Producer<String, byte[]> producer;
    private final String topic;
    private final String key;
    private final String id;
    private final byte[] part;
    private final List<Future<?>> sent = new ArrayList<>();
    private int filled;

    /**
     * @param id tells this archive of a run from an earlier one that was not finished
     * @param part {@link #LARGEST_PART} bytes, in which parts are put together; no other archive uses them meanwhile
     */
    ArchiveRecords(Producer<String, byte[]> producer, String topic, String key, String id, byte[] part) {
        this.producer = producer;
        this.topic = topic;
        this.key = key;
        this.id = id;
        this.part = part;
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        int left = count;
        while (left > 0) {
            if (filled == LARGEST_PART) {
                send(false);
            }
            int fitting = Math.min(left, LARGEST_PART - filled);
            System.arraycopy(bytes, from + count - left, part, filled, fitting);
            filled += fitting;
            left -= fitting;
        }
    }

    /** Sends the rest, and waits until Kafka has all of it. */
    void finish() throws IOException, InterruptedException {
        send(true);
        try {
            for (Future<?> acknowledged : sent) {
                acknowledged.get();
            }
        } catch (ExecutionException refused) {
            throw new IOException("Kafka does not take it: " + refused.getMessage(), refused);
        }
    }

    private void send(boolean last) throws IOException {
        Headers headers = new RecordHeaders();
        headers.add(EventHeaders.CONTENT_TYPE, bytes("application/x-ndjson"));
        headers.add(EventHeaders.CONTENT_ENCODING, bytes("gzip"));
        headers.add(EventHeaders.ARCHIVE_ID, bytes(id));
        headers.add(EventHeaders.ARCHIVE_PART, bytes(Integer.toString(sent.size() + 1)));
        headers.add(EventHeaders.ARCHIVE_LAST, bytes(Boolean.toString(last)));
        byte[] value = Arrays.copyOf(part, filled);
        filled = 0;
        try {
            sent.add(producer.send(new ProducerRecord<>(topic, null, null, key, value, headers)));
        } catch (KafkaException away) {
            throw new IOException("Kafka does not take it: " + away.getMessage(), away);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
