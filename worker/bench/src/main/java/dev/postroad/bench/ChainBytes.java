package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jdbi.v3.core.Jdbi;

/**
 * What chains leave in Postgres and in what it writes ahead, per transition: by table, and by index how many entries. Counted
 * from a checkpoint to the next moment at which nothing is under way, without vacuum, so that two builds can be compared.
 */
final class ChainBytes {
    private static final String GRAPH = "bench-chain";
    private static final String MEASURED = "measured-";

    private final Site site;
    private final WriteAheadLog log;

    ChainBytes(Ground ground, Site site) throws IOException {
        this.site = site;
        log = new WriteAheadLog(
                Jdbi.create(site.place().postgresUrl(), EmbeddedPostgres.SUPERUSER, ground.superuserPassword()));
    }

    ObjectNode measure(int nodes, int runs, int warmUp) throws FaultsException, InterruptedException {
        site.place().publish(Graphs.chain(GRAPH, nodes, NoOperation.NAME));
        site.run(GRAPH, "warm-", warmUp);
        site.sql().useHandle(handle -> {
            handle.execute("ALTER TABLE postroad.runs SET (autovacuum_enabled = false)");
            handle.execute("ALTER TABLE postroad.journal SET (autovacuum_enabled = false)");
            handle.execute("CHECKPOINT");
        });
        TableSizes before = TableSizes.of(site.sql());
        String from = log.end();
        site.run(GRAPH, MEASURED, runs);
        String to = log.end();
        TableSizes after = TableSizes.of(site.sql());
        long transitions = (long) nodes * runs;
        return figures(log.whole(from, to), log.parts(from, to), after, before, transitions)
                .put("transitions", transitions)
                .put(
                        "rowsPerTransition",
                        Figures.of(site, MEASURED).get("rowsPerTransition").doubleValue());
    }

    private static ObjectNode figures(
            WriteAheadLog.Whole whole,
            List<WriteAheadLog.Part> parts,
            TableSizes after,
            TableSizes before,
            long transitions) {
        Share share = new Share(transitions);
        ObjectNode tables = JsonNodeFactory.instance.objectNode();
        long heap = 0;
        long indexes = 0;
        for (String table : after.byTable().keySet()) {
            TableSizes.Size grown = after.grown(table, before);
            heap += grown.heap();
            indexes += grown.indexes();
            List<WriteAheadLog.Part> written =
                    parts.stream().filter(part -> part.inTable().equals(table)).toList();
            if (!written.isEmpty()) {
                tables.set(table, share.of(grown, written));
            }
        }
        ObjectNode figures = JsonNodeFactory.instance
                .objectNode()
                .put("bytesPerTransition", share.of(heap + indexes + whole.bytes()))
                .put("heapBytes", share.of(heap))
                .put("indexBytes", share.of(indexes))
                .put("walBytes", share.of(whole.bytes()))
                .put("walBytesOfWholePages", share.sum(parts, WriteAheadLog.Part::imageBytes))
                .put("walRecords", share.of(whole.records()))
                .put("commits", share.of(whole.commits()))
                .put("indexEntries", share.sum(parts, WriteAheadLog.Part::entries));
        figures.set("tables", tables);
        return figures;
    }

    /** All figures are of one transition. */
    private record Share(long transitions) {
        ObjectNode of(TableSizes.Size grown, List<WriteAheadLog.Part> written) {
            ObjectNode figures = JsonNodeFactory.instance
                    .objectNode()
                    .put("heapBytes", of(grown.heap()))
                    .put("indexBytes", of(grown.indexes()))
                    .put("walBytes", sum(written, WriteAheadLog.Part::bytes))
                    .put("walRecords", sum(written, WriteAheadLog.Part::records));
            ObjectNode entries = JsonNodeFactory.instance.objectNode();
            for (WriteAheadLog.Part part : written) {
                if (part.inIndex() != null) {
                    entries.put(part.inIndex(), of(part.entries()));
                }
            }
            figures.set("indexEntries", entries);
            return figures;
        }

        double sum(List<WriteAheadLog.Part> parts, ToLongFunction<WriteAheadLog.Part> figure) {
            return of(parts.stream().mapToLong(figure).sum());
        }

        double of(long whole) {
            return Figures.round((double) whole / transitions, 3);
        }
    }
}
