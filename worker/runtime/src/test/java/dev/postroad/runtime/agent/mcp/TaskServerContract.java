package dev.postroad.runtime.agent.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.Standing;
import dev.postroad.runtime.agent.attempt.Standing.Over;
import dev.postroad.runtime.agent.attempt.Standing.Working;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.TaskServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What becomes of the tasks of a server of the protocol's own SDK for JavaScript, whichever protocol it speaks. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TaskServerContract {
    TaskServer server;
    AgentClients clients;

    abstract TaskServer started();

    @BeforeAll
    void start() {
        server = started();
        clients = new AgentClients(Calls.environment());
    }

    @AfterAll
    void stop() {
        if (server != null) {
            clients.close();
            server.close();
        }
    }

    @Test
    void eachEndOfATaskIsAnAnswer() throws Exception {
        try (AgentClient client = client("work")) {
            assertThat(end(client, "quick")).isEqualTo(AgentReply.completed(Calls.json("{'text':'quick'}")));
            assertFault(end(client, "fails"), "mcp.tool-error", false, "the tool failed: no stock");
            assertFault(end(client, "garbles"), "mcp.bad-answer", false, "no result of a tool");
            assertFault(end(client, "stops"), "mcp.task-cancelled", false, "closed for today");
            assertFault(end(client, "vanishes"), "mcp.task-lost", true, "knows no task");
        }
    }

    @Test
    void whatATaskAsksIsAnsweredToItByWhicheverWorkerHasTheRun() throws Exception {
        Interrupted asked;
        try (AgentClient client = client("work")) {
            asked = asked(client, "asks", "which");
            assertThat(asked.question().path("question").asText()).isEqualTo("which one?");
            assertThat(asked.question().path("tool").asText()).isEqualTo("work");
            assertThat(asked.asking().schema()).isEqualTo(Calls.json("""
                    {'type': ['object', 'null'], 'required': ['size'],
                     'properties': {'size': {'type': 'string', 'enum': ['small', 'large']}}}"""));
        }
        try (AgentClient another = client("work")) {
            String handle = handle(another.begin(answered(asked, "{'size': 'large'}"), 0));
            Site.await(
                    "the tool goes on",
                    () -> another.poll(Calls.with("null"), handle)
                            .equals(new Over(AgentReply.completed(Calls.json("{'text':'large'}")))));
            assertThat(server.called()).containsOnlyOnce("which");
            Interrupted declined = asked(another, "asks", "none");
            String other = handle(another.begin(answered(declined, "null"), 0));
            Site.await(
                    "the tool goes on",
                    () -> another.poll(Calls.with("null"), other)
                            .equals(new Over(AgentReply.completed(Calls.json("{'text':'decline'}")))));
        }
    }

    static Interrupted asked(AgentClient client, String how, String name) throws Exception {
        AtomicReference<Standing> standing =
                new AtomicReference<>(client.begin(Calls.with("{'how':'" + how + "','name':'" + name + "'}"), 0));
        if (standing.get() instanceof Working(String handle, Duration _)) {
            Site.await("it asks", () -> {
                standing.set(client.poll(Calls.with("null"), handle));
                return standing.get() instanceof Over;
            });
        }
        return (Interrupted) ((Over) standing.get()).reply();
    }

    static JsonNode kept(Interrupted asked, String answer) {
        ObjectNode both = Calls.object("{'answer':" + answer + "}");
        both.set("kept", asked.kept());
        return both;
    }

    static AgentCall answered(Interrupted asked, String answer) {
        return Calls.answered(kept(asked, answer));
    }

    @Test
    void whatItsServerSaysOfATaskIsShownOnce() throws Exception {
        List<String> shown = Collections.synchronizedList(new ArrayList<>());
        try (AgentClient client = client("work")) {
            String handle = begun(client, "shows");
            for (int i = 0; i < 3; i++) {
                assertThat(client.poll(Calls.with(Calls.json("null"), shown::add), handle))
                        .isEqualTo(new Working(handle, Duration.ofSeconds(1)));
            }
        }
        assertThat(shown).containsExactly("at it");
    }

    @Test
    void anotherWorkerFindsTheTaskInTheSessionThatItWasMadeIn() throws Exception {
        String kept;
        String dropped;
        try (AgentClient first = client("work")) {
            kept = begun(first, "kept");
            dropped = begun(first, "dropped");
        }
        try (AgentClient second = client("work")) {
            assertThat(second.poll(Calls.with("null"), kept)).isInstanceOf(Working.class);
            assertThat(second.begin(Calls.with("{'name':'of its own'}"), 0)).isInstanceOf(Working.class);
            assertThat(second.poll(Calls.with("null"), kept)).isInstanceOf(Working.class);
            second.giveUp(dropped);
            assertThat(server.cancelled()).contains("dropped");
            server.finish();
            assertThat(second.poll(Calls.with("null"), kept))
                    .isEqualTo(new Over(AgentReply.completed(Calls.json("{'text':'kept'}"))));
        }
        assertThat(server.called()).containsOnlyOnce("kept");
    }

    @Test
    void aServerThatIsAwayIsTakenToWorkOn() throws Exception {
        TaskServer mortal = started();
        try (AgentClient client = client("work", mortal)) {
            String handle = begun(client, "left");
            mortal.close();
            assertThat(client.poll(Calls.with("null"), handle)).isInstanceOf(Working.class);
            client.giveUp(handle);
        }
    }

    /** Of a task that is over when the server tells of it, or is asked about it the first time. */
    static AgentReply end(AgentClient client, String how) throws InterruptedException {
        Standing standing = client.begin(Calls.with("{'how':'" + how + "','name':'" + how + "'}"), 0);
        if (standing instanceof Working(String handle, Duration _)) {
            standing = client.poll(Calls.with("null"), handle);
        }
        assertThat(standing).isInstanceOf(Over.class);
        return ((Over) standing).reply();
    }

    static String begun(AgentClient client, String name) throws InterruptedException {
        return handle(client.begin(Calls.with("{'name':'" + name + "'}"), 0));
    }

    static String handle(Standing standing) {
        assertThat(standing).isInstanceOf(Working.class);
        assertThat(((Working) standing).every()).isEqualTo(Duration.ofSeconds(1));
        return ((Working) standing).handle();
    }

    AgentClient client(String tool) throws Exception {
        return client(tool, server);
    }

    AgentClient client(String tool, TaskServer at) throws Exception {
        return clients.open(Calls.agent("mcp", "tool: " + tool, "url: " + at.url()));
    }

    static void assertFault(AgentReply reply, String type, boolean retryable, String message) {
        assertThat(reply).isInstanceOfSatisfying(Faulted.class, fault -> {
            assertThat(fault.type()).as(fault.message()).isEqualTo(type);
            assertThat(fault.retryable()).isEqualTo(retryable);
            assertThat(fault.message()).contains(message);
        });
    }
}
