package dev.postroad.runtime.retention;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.producer.Producer;

/**
 * Keeps runs on a topic, packed: one record a run, or several parts where it is larger, which put together are the same as a
 * file. What breaks off has no last part, and comes again under another id. Thread-safe.
 */
public final class KafkaArchive implements Archive {
    private static final Duration LONGEST_END = Duration.ofSeconds(5);

    private final Producer<String, byte[]> producer;
    private final String topic;
    private final RunExport export;
    private final InstantSource clock;

    /** @param producer is closed with this */
    public KafkaArchive(Producer<String, byte[]> producer, String topic, RunExport export, InstantSource clock) {
        this.producer = producer;
        this.topic = topic;
        this.export = export;
        this.clock = clock;
    }

    @Override
    public List<ArchivedRun> store(List<EndedRun> runs) throws SQLException, IOException, InterruptedException {
        List<ArchivedRun> stored = new ArrayList<>();
        byte[] part = new byte[ArchiveRecords.LARGEST_PART];
        for (EndedRun run : runs) {
            String id = run.number() + "-" + clock.instant().toEpochMilli();
            ArchiveRecords records = new ArchiveRecords(producer, topic, run.runId(), id, part);
            GZIPOutputStream packed = new GZIPOutputStream(records);
            Optional<Integer> lastSeq = export.write(run.number(), packed);
            if (lastSeq.isPresent()) {
                packed.finish();
                records.finish();
                stored.add(new ArchivedRun(run, lastSeq.get()));
            }
        }
        return stored;
    }

    @Override
    public void close() {
        producer.close(LONGEST_END);
    }
}
