package dev.postroad.runtime.agent.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.Standing.Over;
import dev.postroad.runtime.testing.TaskServer;
import org.junit.jupiter.api.Test;

/** By the protocol of 2025-11-25. */
final class McpTasksTest extends TaskServerContract {
    @Override
    TaskServer started() {
        return TaskServer.start(TaskServer.Protocol.SESSIONS);
    }

    /** As LangGraph begins a node again that was interrupted: no call can wait for a person. */
    @Test
    void aToolThatAsksWhileItIsCalledIsCalledAgainWithTheAnswers() throws Exception {
        try (AgentClient client = client("asks")) {
            Interrupted first = asked(client, "", "again");
            assertThat(first.question().path("question").asText()).isEqualTo("which one?");
            Interrupted second = (Interrupted) ((Over) client.begin(answered(first, "{'size': 'large'}"), 0)).reply();
            assertThat(client.begin(
                            Calls.answered(kept(first, "{'size': 'large'}"), kept(second, "{'size': 'small'}")), 0))
                    .isEqualTo(new Over(AgentReply.completed(Calls.json("{'text':'large small'}"))));
            assertThat(client.begin(answered(first, "null"), 0))
                    .isEqualTo(new Over(AgentReply.completed(Calls.json("{'text':'decline'}"))));
        }
    }

    @Test
    void aToolThatAnswersAtOnceIsCalledAsBefore() throws Exception {
        try (AgentClient client = client("plain")) {
            assertThat(client.begin(Calls.with("{'name':'hi'}"), 0))
                    .isEqualTo(new Over(AgentReply.completed(Calls.json("{'text':'hi'}"))));
        }
    }
}
