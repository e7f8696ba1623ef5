package dev.postroad.runtime.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.PublishedGraphs;
import dev.postroad.engine.run.Run;
import dev.postroad.engine.run.RunCodec;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A run as a row of {@code snapshots}: the state where everybody can read it, and the rest.
 *
 * @param state UTF-8 JSON
 * @param rest UTF-8 JSON
 */
@SuppressWarnings("ArrayRecordComponent") // They are compared by nobody.
record StoredSnapshot(byte[] state, byte[] rest, long checksum) {
    private static final String ROOT = "root";
    private static final String STATE = "state";

    static StoredSnapshot of(Run run) {
        ObjectNode tree = RunCodec.tree(run);
        ((ObjectNode) tree.get(ROOT)).remove(STATE);
        byte[] state = Json.bytes(run.state());
        byte[] rest = Json.bytes(tree);
        return new StoredSnapshot(state, rest, checksum(state, rest));
    }

    static StoredSnapshot of(String state, String rest, long checksum) {
        return new StoredSnapshot(
                state.getBytes(StandardCharsets.UTF_8), rest.getBytes(StandardCharsets.UTF_8), checksum);
    }

    long bytes() {
        return (long) state.length + rest.length;
    }

    /**
     * The run.
     *
     * @param graph the version that it goes by
     * @param versions gives all versions of its graph
     * @throws RuntimeException where it does not stand
     */
    Run run(String runId, Graph graph, PublishedGraphs versions, int seq, int version) {
        if (checksum != checksum(state, rest)) {
            throw new IllegalStateException("its checksum is wrong");
        }
        Run run = RunCodec.run(runId, graph, versions, tree());
        if (run.seq() != seq || run.version() != version) {
            throw new IllegalStateException("it is of another row");
        }
        return run;
    }

    private JsonNode tree() {
        try {
            JsonNode tree = Json.readOwn(rest);
            if (tree.get(ROOT) instanceof ObjectNode root) {
                root.set(STATE, Json.readOwn(state));
            }
            return tree;
        } catch (FaultsException broken) {
            throw new IllegalStateException("it is no JSON", broken);
        }
    }

    private static long checksum(byte[] state, byte[] rest) {
        CRC32C checksum = new CRC32C();
        checksum.update(state);
        checksum.update(rest);
        return checksum.getValue();
    }
}
