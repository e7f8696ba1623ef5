package dev.postroad.contracts.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Pins the names that strangers rely on: a change here breaks them. */
class PublicNamesTest {
    @Test
    void topics() {
        Topics topics = new Topics(Topics.DEFAULT_PREFIX);
        assertThat(topics.triggers()).isEqualTo("postroad.triggers");
        assertThat(topics.control()).isEqualTo("postroad.control");
        assertThat(topics.events()).isEqualTo("postroad.events");
        assertThat(topics.output()).isEqualTo("postroad.output");
        assertThat(topics.agentTasks("writer")).isEqualTo("postroad.agent-tasks.writer");
        assertThat(topics.agentResults()).isEqualTo("postroad.agent-results");
        assertThat(topics.registry()).isEqualTo("postroad.registry");
        assertThat(topics.agentEvents()).isEqualTo("postroad.agent-events");
        assertThat(topics.deadLetters()).isEqualTo("postroad.dead-letters");
        assertThat(new Topics("acme.").triggers()).isEqualTo("acme.triggers");
        assertThatThrownBy(() -> new Topics("a b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void eventTypes() {
        assertThat(EventType.known().map(EventType::publicName))
                .containsExactly(
                        "run.queued",
                        "run.started",
                        "node.started",
                        "node.retrying",
                        "node.completed",
                        "node.failed",
                        "node.cancelled",
                        "node.calling",
                        "node.waiting",
                        "node.reminded",
                        "node.reassigned",
                        "budget.exceeded",
                        "run.waiting",
                        "run.resumed",
                        "run.continued",
                        "run.pausing",
                        "run.paused",
                        "run.unpaused",
                        "breakpoints.set",
                        "state.updated",
                        "run.rolled-back",
                        "run.forked",
                        "run.retried",
                        "run.migrating",
                        "run.migrated",
                        "run.cancelled",
                        "run.completed",
                        "run.failed",
                        "command.rejected",
                        "trigger.duplicate",
                        "trigger.rejected",
                        "trigger.superseded");
        assertThat(EventType.CLOUD_EVENTS_PREFIX).isEqualTo("dev.postroad.");
        assertThat(EventType.known()).allSatisfy(type -> {
            assertThat(EventType.isKnown(type.publicName())).isTrue();
            assertThat(EventType.of(type.publicName())).isEqualTo(type);
        });
        assertThat(EventType.isKnown("run.exploded")).isFalse();
    }

    @Test
    void statuses() {
        assertThat(Arrays.stream(RunStatus.values()).map(RunStatus::publicName))
                .containsExactly("queued", "running", "waiting", "paused", "completed", "failed", "cancelled");
    }

    @Test
    void whatInputDoesToABusyRun() {
        assertThat(Arrays.stream(WhenBusy.values()).map(WhenBusy::publicName))
                .containsExactly("enqueue", "reject", "interrupt", "rollback");
    }

    @Test
    void headers() {
        assertThat(EventHeaders.SPEC_VERSION).isEqualTo("ce_specversion");
        assertThat(EventHeaders.ID).isEqualTo("ce_id");
        assertThat(EventHeaders.TYPE).isEqualTo("ce_type");
        assertThat(EventHeaders.SOURCE).isEqualTo("ce_source");
        assertThat(EventHeaders.CONTENT_TYPE).isEqualTo("content-type");
        assertThat(EventHeaders.TRACE_PARENT).isEqualTo("traceparent");
        assertThat(EventHeaders.DEAD_LETTER_TOPIC).isEqualTo("postroad-topic");
        assertThat(EventHeaders.DEAD_LETTER_PARTITION).isEqualTo("postroad-partition");
        assertThat(EventHeaders.DEAD_LETTER_OFFSET).isEqualTo("postroad-offset");
        assertThat(EventHeaders.DEAD_LETTER_REASON).isEqualTo("postroad-reason");
    }

    @Test
    void runIdsOfRecords() {
        assertThat(RunIds.ofRecord("postroad.triggers", 3, 1017)).isEqualTo("postroad.triggers:3:1017");
        String ofLongTopic = RunIds.ofRecord("x".repeat(249), 3, Long.MAX_VALUE);
        assertThat(RunIds.isLegal(ofLongTopic)).isTrue();
        assertThat(ofLongTopic).endsWith("x:3:" + Long.MAX_VALUE);
    }
}
