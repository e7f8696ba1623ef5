package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.message.AgentEvent;
import dev.postroad.runtime.availability.AgentSwitch;
import dev.postroad.runtime.availability.UnknownAgentException;
import dev.postroad.runtime.history.agents.AgentEventLog;
import dev.postroad.runtime.history.definitions.DefinitionJson;
import dev.postroad.runtime.history.definitions.PublishedAgent;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.rows.JsonFields;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers what is asked about agents, and disables and enables them. Thread-safe. */
final class AgentRoutes {
    private static final int LONGEST_REASON = 1_000;
    private static final String TO_SAY = "say it to those who will wonder";

    private final PublishedDefinitions definitions;
    private final AgentEventLog log;
    private final AgentSwitch agentSwitch;
    private final PostedMessages posted;

    AgentRoutes(PublishedDefinitions definitions, AgentEventLog log, AgentSwitch agentSwitch, PostedMessages posted) {
        this.definitions = definitions;
        this.log = log;
        this.agentSwitch = agentSwitch;
        this.posted = posted;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/agents", this::agents);
        routes.get("/api/agents/{name}", this::agent);
        routes.get("/api/agents/{name}/events", this::events, Needs.READER, Needs.EVERYTHING);
        routes.post("/api/agents/{name}/disable", this::disable, Needs.OPERATOR, Needs.EVERYTHING);
        routes.post("/api/agents/{name}/enable", this::enable, Needs.OPERATOR, Needs.EVERYTHING);
    }

    private void agents(Context context) {
        new Query(context).end();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("agents", JsonFields.list(definitions.publishedAgents(), agent -> tree(context, agent)));
        Answers.send(context, json);
    }

    private void agent(Context context) {
        new Query(context).end();
        send(context, context.pathParam("name"));
    }

    private void send(Context context, String name) {
        PublishedAgent agent = definitions.publishedAgent(name).orElseThrow(() -> none(name));
        Answers.send(context, tree(context, agent));
    }

    /** What became of other people's runs is not told to those who see only some. */
    private static ObjectNode tree(Context context, PublishedAgent agent) {
        ObjectNode json = DefinitionJson.tree(agent);
        if (Guard.principal(context).isBounded()) {
            json.remove("lastError");
        }
        return json;
    }

    private static Refusal none(String name) {
        return Refusal.of(ErrorCode.NOT_FOUND, "there is no agent " + name);
    }

    private void events(Context context) {
        Query query = new Query(context);
        Integer after = query.whole("after", 0, Integer.MAX_VALUE);
        Integer before = query.newest("before", 0);
        int limit = query.whole("limit", 1, RunRoutes.MOST_OF_A_PAGE, RunRoutes.PAGE);
        if (after != null && before != null) {
            query.fault("before", "stands beside \"after\"", "give one of them");
        }
        query.end();
        String name = context.pathParam("name");
        List<AgentEvent> page = page(name, after, before, limit);
        // What happened to an agent that was removed stays.
        if (page.isEmpty()
                && log.last(name, 1).isEmpty()
                && definitions.publishedAgent(name).isEmpty()) {
            throw none(name);
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("events", JsonFields.list(page, AgentEvent::toJson));
        if (page.size() == limit) {
            long last = page.getLast().id();
            boolean isMore = !page(name, last, before == null ? null : last, 1).isEmpty();
            if (isMore) {
                json.put("next", last);
            }
        }
        Answers.send(context, json);
    }

    /** @param before null for the oldest first */
    private List<AgentEvent> page(String name, @Nullable Number after, @Nullable Number before, int limit) {
        return before == null
                ? log.after(name, after == null ? 0 : after.longValue(), limit)
                : log.before(name, before.longValue(), limit);
    }

    private void disable(Context context) {
        String why = why(context).orElseThrow(() -> Refusal.faults(List.of(new Fault("why", "is missing", TO_SAY))));
        decide(context, name -> agentSwitch.disable(name, who(context), why));
    }

    private void enable(Context context) {
        String why = why(context).orElse(null);
        decide(context, name -> agentSwitch.enable(name, who(context), why));
    }

    private static @Nullable String who(Context context) {
        return Guard.principal(context).by(null);
    }

    private Optional<String> why(Context context) {
        new Query(context).end();
        JsonNode body = posted.body(context);
        return PostedMessages.understood(() -> why(body));
    }

    private static Optional<String> why(JsonNode body) throws FaultsException {
        List<Fault> faults = new FaultList();
        Fields fields = Fields.of(body, "", faults);
        fields.onlyKnown(Set.of("why"));
        String why = fields.text("why");
        if (why != null && why.isBlank()) {
            fields.fault("why", "is empty", TO_SAY);
        }
        if (why != null && why.length() > LONGEST_REASON) {
            fields.fault("why", "has " + why.length() + " characters", "use at most " + LONGEST_REASON);
        }
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return Optional.ofNullable(why);
    }

    private interface Decision {
        void apply(String agent);
    }

    /** Answers with the agent as it is now, also where it was so before. */
    private void decide(Context context, Decision decision) {
        String name = context.pathParam("name");
        try {
            decision.apply(name);
        } catch (UnknownAgentException unknown) {
            throw Refusal.of(ErrorCode.NOT_FOUND, unknown.getMessage());
        }
        send(context, name);
    }
}
