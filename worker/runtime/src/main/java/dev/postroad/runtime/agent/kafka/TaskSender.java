package dev.postroad.runtime.agent.kafka;

import dev.postroad.contracts.agent.AgentReply;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Sends records to the topics of agents. Thread-safe. */
public interface TaskSender {
    /** For those who send nothing, but look at definitions. */
    TaskSender NONE = new TaskSender() {
        @Override
        public void prepare(String agent) {}

        @Override
        public AgentReply send(String agent, String runId, Headers headers, byte[] value) {
            return AgentReply.permanent("kafka.not-here", "no tasks are sent from here");
        }

        @Override
        public void sendSoon(String agent, String runId, Headers headers, byte[] value) {}
    };

    /** An agent is there from now on: its topic is made where it is missing. Does not wait. */
    void prepare(String agent);

    /**
     * Sends a record, and waits until Kafka has it.
     *
     * @return null where it has; else why not
     * @throws InterruptedException where the caller is to stop; Kafka may get it all the same
     */
    @Nullable
    AgentReply send(String agent, String runId, Headers headers, byte[] value) throws InterruptedException;

    /** Sends a record behind those of the same run that were sent before, without waiting; it may be lost. */
    void sendSoon(String agent, String runId, Headers headers, byte[] value);
}
