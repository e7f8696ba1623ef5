package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.RegistryKey;
import dev.postroad.contracts.definition.RegistryKey.Kind;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes definitions, and their removal, on to the registry, where all of a request are sound. Thread-safe. */
final class RegistryRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryRoutes.class);

    /** Twice as long each time up to the longest, so all looks of a request take three seconds. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(25);

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(400);
    private static final int MOST_LOOKS = 11;
    private static final int MOST_WAITING = 50;

    private final PublishedDefinitions definitions;
    private final PostroadClient client;
    private final PostedMessages posted;
    private final AgentCheck agentCheck;
    private final Semaphore waiting = new Semaphore(MOST_WAITING);

    RegistryRoutes(
            PublishedDefinitions definitions, PostroadClient client, PostedMessages posted, AgentCheck agentCheck) {
        this.agentCheck = agentCheck;
        this.definitions = definitions;
        this.client = client;
        this.posted = posted;
    }

    void addTo(RoutesConfig routes) {
        routes.post("/api/registry", this::publish);
        routes.delete("/api/agents/{name}", context -> remove(context, Kind.AGENT));
        routes.delete("/api/graphs/{name}", context -> remove(context, Kind.GRAPH));
        routes.delete("/api/schedules/{name}", context -> remove(context, Kind.SCHEDULE));
    }

    private void publish(Context context) {
        new Query(context).end();
        JsonNode body = posted.body(context);
        List<Definition> sound =
                PostedMessages.understood(() -> new PostedDefinitions(definitions, agentCheck).read(body));
        String by = Guard.principal(context).by(null);
        Set<RegistryKey> fresh = definitions.missing(sound.stream()
                .filter(definition -> definition instanceof AgentDefinition || definition instanceof GraphDefinition)
                .map(definition -> new RegistryKey(
                        definition instanceof AgentDefinition ? Kind.AGENT : Kind.GRAPH, definition.name()))
                .toList());
        posted.acknowledged(context, () -> {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            ArrayNode keys = json.putArray("keys");
            // Graphs are checked against the agents that are there.
            sound.stream()
                    .sorted(Comparator.comparingInt(definition -> definition instanceof AgentDefinition ? 0 : 1))
                    .forEach(definition -> {
                        client.apply(definition, by);
                        keys.add(definition.registryKey());
                    });
            awaitStored(fresh);
            return json;
        });
    }

    /**
     * Waits until workers have stored what was not there before, so that the next request may refer to it; where they are
     * late, or many wait already, it is on its way all the same.
     */
    private void awaitStored(Set<RegistryKey> fresh) {
        if (fresh.isEmpty() || !waiting.tryAcquire()) {
            return;
        }
        try {
            Duration pause = FIRST_PAUSE;
            for (int looks = 0;
                    looks < MOST_LOOKS && !definitions.missing(fresh).isEmpty();
                    looks++) {
                boolean _ = new Bell().await(pause);
                pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (JdbiException away) {
            LOG.debug("it is not seen whether definitions are stored", away);
        } finally {
            waiting.release();
        }
    }

    private void remove(Context context, Kind kind) {
        new Query(context).end();
        RegistryKey key = key(kind, context.pathParam("name"));
        if (!definitions.has(key)) {
            throw none(key);
        }
        posted.acknowledged(context, () -> {
            client.remove(key.toString(), Guard.principal(context).by(null));
            return JsonNodeFactory.instance.objectNode().put("key", key.toString());
        });
    }

    private static RegistryKey key(Kind kind, String name) {
        RegistryKey key = new RegistryKey(kind, name);
        try {
            return RegistryKey.read(key.toString());
        } catch (FaultsException noSuchName) {
            throw none(key);
        }
    }

    private static Refusal none(RegistryKey key) {
        return Refusal.of(ErrorCode.NOT_FOUND, "there is no " + key);
    }
}
