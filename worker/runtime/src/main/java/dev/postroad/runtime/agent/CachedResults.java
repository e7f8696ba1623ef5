package dev.postroad.runtime.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.background.Repeats;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results that serve again for equal inputs, in Postgres, so that all runs and workers share them. While Postgres is away
 * nothing is found and nothing kept: the agent is called. Thread-safe; waits for Postgres.
 */
public final class CachedResults {
    private static final Logger LOG = LoggerFactory.getLogger(CachedResults.class);
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

    private final Repeats repeats;
    private final Jdbi jdbi;
    private final InstantSource clock;
    private final AtomicReference<Instant> sweptAt = new AtomicReference<>(Instant.EPOCH);

    public CachedResults(Jdbi jdbi, InstantSource clock) {
        this.repeats = new Repeats(LOG, clock);
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /** What makes two calls equal: the agent, the node and the graph that it is of, and the input, whatever the order of its fields. */
    public static byte[] key(String graph, String node, String agent, JsonNode input) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : List.of(graph, node, agent)) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return digest.digest(Json.bytes(sorted(input)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static JsonNode sorted(JsonNode tree) {
        if (tree instanceof ArrayNode list) {
            ArrayNode all = JsonNodeFactory.instance.arrayNode(list.size());
            list.forEach(element -> all.add(sorted(element)));
            return all;
        }
        if (!(tree instanceof ObjectNode object)) {
            return tree;
        }
        TreeMap<String, JsonNode> fields = new TreeMap<>();
        object.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        fields.forEach(all::set);
        return all;
    }

    /** A result that is kept and still serves; it used no tokens. */
    public Optional<AgentReply.Completed> find(byte[] key) {
        try {
            return jdbi.withHandle(handle -> handle.createQuery(
                                    "SELECT reply FROM postroad.cached_results WHERE key = :key AND expires_at > :now")
                            .bind("key", key)
                            .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                            .mapTo(String.class)
                            .findOne())
                    .flatMap(CachedResults::read);
        } catch (JdbiException away) {
            repeats.warn("a cached result cannot be looked for", away);
            return Optional.empty();
        }
    }

    /** Keeps a result, and forgets now and then what serves no more. */
    public void keep(byte[] key, AgentReply.Completed reply, Duration timeToLive) {
        Instant now = clock.instant();
        try {
            jdbi.useHandle(handle -> {
                handle.execute(
                        """
                        INSERT INTO postroad.cached_results (key, reply, expires_at) VALUES (?, ?::json, ?)
                        ON CONFLICT (key) DO UPDATE SET reply = excluded.reply, expires_at = excluded.expires_at
                        WHERE postroad.cached_results.expires_at < excluded.expires_at\
                        """,
                        key,
                        new String(Json.bytes(written(reply)), StandardCharsets.UTF_8),
                        now.plus(timeToLive).atOffset(ZoneOffset.UTC));
                Instant before = sweptAt.get();
                if (now.isAfter(before.plus(SWEEP_EVERY)) && sweptAt.compareAndSet(before, now)) {
                    handle.execute(
                            "DELETE FROM postroad.cached_results WHERE expires_at <= ?", now.atOffset(ZoneOffset.UTC));
                }
            });
        } catch (JdbiException away) {
            repeats.warn("a result cannot be cached", away);
        }
    }

    private static ObjectNode written(AgentReply.Completed reply) {
        ObjectNode written = JsonNodeFactory.instance.objectNode();
        written.set("output", reply.output());
        ArrayNode next = written.putArray("next");
        for (Goto there : reply.next()) {
            ObjectNode target = next.addObject().put("node", there.node()).put("parent", there.parent());
            if (there.input() != null) {
                target.set("input", there.input());
            }
        }
        return written;
    }

    /** Empty where another release, or a stranger, wrote something else: the agent is called. */
    private static Optional<AgentReply.Completed> read(String written) {
        try {
            JsonNode tree = Json.readOwn(written);
            List<Goto> next = new ArrayList<>();
            tree.path("next")
                    .forEach(there -> next.add(new Goto(
                            there.path("node").asText(),
                            there.get("input"),
                            there.path("parent").asBoolean())));
            return tree.has("output")
                    ? Optional.of(new AgentReply.Completed(tree.path("output"), Usage.NONE, next))
                    : Optional.empty();
        } catch (FaultsException | RuntimeException unreadable) {
            LOG.warn("a cached result cannot be read, and is no result: {}", unreadable.getMessage());
            return Optional.empty();
        }
    }
}
