package dev.postroad.bench.chaos;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.host.AgentHost;
import dev.postroad.contracts.host.HostSettings;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Serves {@value #AGENT} over Kafka until its input ends, by asking {@link Agents}, which note every call:
 * {@code RemoteMain KAFKA PREFIX URL}.
 */
final class RemoteMain {
    static final String AGENT = "chaos-remote";

    private static final int PARALLELISM = 500;

    /** After so long the tasks of one that was killed go to the next. */
    private static final int SESSION_MILLIS = 6_000;

    private RemoteMain() {}

    public static void main(String[] arguments) throws IOException {
        Map<String, Object> kafka = Map.of("bootstrap.servers", arguments[0], "session.timeout.ms", SESSION_MILLIS);
        HostSettings settings = HostSettings.of(kafka, new Topics(arguments[1])).withParallelism(PARALLELISM);
        JavaAgent agent = new Asking(URI.create(arguments[2]));
        try (AgentHost _ = AgentHost.start(settings, List.of(agent), InstantSource.system())) {
            System.in.transferTo(OutputStream.nullOutputStream());
        }
        System.exit(0);
    }

    private record Asking(URI url, HttpClient client) implements JavaAgent {
        Asking(URI url) {
            this(url, HttpClient.newHttpClient());
        }

        @Override
        public String name() {
            return AGENT;
        }

        @Override
        public AgentReply call(AgentCall call) throws Exception {
            HttpRequest request = Agents.request(url, call)
                    .header(Agents.HOST, String.valueOf(ProcessHandle.current().pid()))
                    .build();
            HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return answer.statusCode() == 200
                    ? AgentReply.completed(Json.read(answer.body()).path("output"))
                    : AgentReply.retryable("failing", "the agent answered " + answer.statusCode());
        }
    }
}
