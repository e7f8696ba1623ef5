package dev.postroad.runtime.agent.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.BackgroundCall;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.Standing.Over;
import dev.postroad.runtime.agent.attempt.Standing.Working;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.TaskServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Against a server of the protocol's own SDK for JavaScript that speaks the stateless protocol, and no other. */
final class McpStatelessTest extends TaskServerContract {
    @Override
    TaskServer started() {
        return TaskServer.start(TaskServer.Protocol.STATELESS);
    }

    @Test
    void itsToolsAreCalledAsThoseOfAnyServer() throws Exception {
        try (AgentClient client = client("plain")) {
            assertThat(client.offer().description()).isEqualTo("says it");
            assertThat(client.call(Calls.with("{'name':'hi'}")))
                    .isEqualTo(AgentReply.completed(Calls.json("{'name':'hi'}")));
            assertThat(client.call(Calls.with("{'name':'hi'}"))).isInstanceOf(AgentReply.Completed.class);
            assertThat(server.told().path("postroad.dev/idempotencyKey").asText())
                    .isEqualTo(Calls.with("{}").idempotencyKey());
            assertThat(server.told().path("traceparent").asText()).isEqualTo(Calls.TRACE);
            assertThat(server.methods())
                    .contains("server/discover", "tools/call")
                    .doesNotContain("initialize");
        }
        assertFault(call("fails"), "mcp.tool-error", false, "no stock");
        assertFault(call("nothing"), "mcp.refused", false, "nothing");
        assertFault(call("needs"), "mcp.refused", false, "{roots={}}");
        List<String> shown = Collections.synchronizedList(new ArrayList<>());
        try (AgentClient client = client("shows")) {
            assertThat(client.call(Calls.with(Calls.json("{}"), shown::add)))
                    .isEqualTo(AgentReply.completed(Calls.json("{'text':'done'}")));
        }
        assertThat(shown).containsExactly("1/2");
    }

    @Test
    void oneThatIsBusyWhenItIsAskedWhatItSpeaksIsCalledAllTheSame() throws Exception {
        server.beBusy();
        assertThat(call("plain")).isInstanceOf(AgentReply.Completed.class);
    }

    /** Its server has both protocols, is busy when it is asked which, and hangs up on the call. */
    @Test
    void aCallThatBrokeInASessionIsNotMadeAgainWithoutOne() throws Exception {
        int before = Collections.frequency(server.methods(), "tools/call");
        try (var both = new BothProtocols(server.url());
                AgentClient client = clients.open(Calls.agent("mcp", "tool: plain", "url: " + both.url()))) {
            assertFault(client.call(Calls.with("{}")), "mcp.connection", true, "");
            assertThat(both.calls()).isEqualTo(1);
        }
        assertThat(Collections.frequency(server.methods(), "tools/call")).isEqualTo(before);
    }

    @Test
    void aCallThatIsStoppedIsToldToIt() throws Exception {
        try (AgentClient client = client("hangs")) {
            BackgroundCall stopped = new BackgroundCall(client, Calls.with("{}"));
            Site.await("it is called", () -> server.called().contains("hangs"));
            stopped.interrupt();
            assertThat(stopped.thrown()).isInstanceOf(InterruptedException.class);
            Site.await("it knows", () -> server.called().contains("left"));
        }
    }

    @Test
    void whatItAsksIsAnsweredByWhicheverWorkerHasTheRun() throws Exception {
        Interrupted first = (Interrupted) call("asks");
        assertThat(first.question().path("question").asText()).isEqualTo("which one?");
        assertThat(first.asking().schema()).isEqualTo(Calls.json("""
                {'type': ['object', 'null'], 'required': ['size'],
                 'properties': {'size': {'type': 'string', 'enum': ['small', 'large']}}}"""));
        assertThat(called(first, "{'size':'small'}"))
                .isEqualTo(AgentReply.completed(Calls.json("{'text':'begun small'}")));
        assertThat(called(first, "null")).isEqualTo(AgentReply.completed(Calls.json("{'text':'begun decline'}")));
        Interrupted both = (Interrupted) called(first, "{'size':'large'}");
        assertThat(both.question().path("question").asText()).isEqualTo("and which?\nand besides?");
        assertThat(called(both, "{'a':{'size':'small'}}"))
                .isEqualTo(AgentReply.completed(Calls.json("{'text':'more small decline'}")));
    }

    @Test
    void oneThatWantsToBeCalledAgainIs() throws Exception {
        assertThat(call("again")).isEqualTo(AgentReply.completed(Calls.json("{'text':'later'}")));
    }

    @Test
    void whatATaskFailsOfIsSaid() throws Exception {
        try (AgentClient client = client("work")) {
            assertFault(end(client, "breaks"), "mcp.tool-error", false, "the tool failed: at the mill: no power");
            assertFault(end(client, "raves"), "mcp.bad-answer", false, "is of no task");
            assertFault(end(client, "samples"), "mcp.bad-answer", false, "roots/list");
            assertThat(server.cancelled()).contains("raves", "samples");
        }
    }

    /** It is shown for as long as it is open: a worker may die over it. */
    @Test
    void whatATaskAsksIsAskedAgainUntilTheRunKnowsIt() throws Exception {
        try (AgentClient first = client("work");
                AgentClient second = client("work")) {
            Interrupted asked = asked(first, "asks", "twice");
            String handle = Objects.requireNonNull(asked.kept())
                    .path(Interrupted.HANDLE)
                    .asText();
            assertThat(second.poll(Calls.with("null"), handle)).isEqualTo(new Over(asked));
            second.giveUp(handle);
            assertThat(server.cancelled()).contains("twice");
            assertThat(second.begin(answered(asked, "{'size':'large'}"), 0))
                    .as("the task that asked is no more, so that the tool is called anew")
                    .isInstanceOf(Working.class);
        }
    }

    @Test
    void whatWasAnsweredIsNotAskedAgainWhereItIsShownStill() throws Exception {
        try (AgentClient client = client("work")) {
            Interrupted first = asked(client, "lags", "slow");
            String handle = handle(client.begin(answered(first, "{'size':'large'}"), 0));
            Interrupted both = (Interrupted) ((Over) client.poll(Calls.with("null"), handle)).reply();
            assertThat(both.question().path("question").asText()).isEqualTo("and which?\nand besides?");
            String after = handle(client.begin(answered(both, "{'a':{'size':'small'}}"), 0));
            assertThat(client.poll(Calls.with("null"), after))
                    .isEqualTo(new Over(AgentReply.completed(Calls.json("{'text':'large small decline'}"))));
            assertThat(server.called()).containsOnlyOnce("slow");
        }
    }

    @Test
    void aToolThatIsToAnswerAtOnceIsNotLeftToATask() throws Exception {
        try (AgentClient client =
                clients.open(Calls.agent("mcp", "tool: plain", "reconcile: work", "url: " + server.url()))) {
            assertFault(client.callInDoubt(Calls.with("{}"), 1), "mcp.tool-error", true, "only as a task");
        }
    }

    private AgentReply called(Interrupted asked, String answer) throws Exception {
        try (AgentClient another = client("asks")) {
            return another.call(Calls.answered(kept(asked, answer)));
        }
    }

    private AgentReply call(String tool) throws Exception {
        try (AgentClient client = client(tool)) {
            return client.call(Calls.with("{}"));
        }
    }
}
