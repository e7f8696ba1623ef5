package dev.postroad.bench;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.host.AgentHost;
import dev.postroad.contracts.host.HostSettings;
import dev.postroad.contracts.message.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Serves over Kafka an agent that answers at once, until its input ends: {@code HostMain KAFKA PREFIX}. */
final class HostMain {
    private static final int PARALLELISM = 1_000;

    private HostMain() {}

    public static void main(String[] arguments) throws IOException {
        HostSettings settings = HostSettings.of(Map.of("bootstrap.servers", arguments[0]), new Topics(arguments[1]))
                .withParallelism(PARALLELISM);
        try (AgentHost _ = AgentHost.start(settings, List.of(new Remote()), InstantSource.system())) {
            System.in.transferTo(OutputStream.nullOutputStream());
        }
        System.exit(0);
    }

    /** As {@link NoOperation}, by another name. */
    private static final class Remote implements JavaAgent {
        private final NoOperation work = new NoOperation();

        @Override
        public String name() {
            return HostedRuns.AGENT;
        }

        @Override
        public AgentReply call(AgentCall call) {
            return work.call(call);
        }
    }
}
