package dev.postroad.cli.serving;

import dev.postroad.contracts.message.Topics;
import dev.postroad.embedded.EmbeddedServers;
import java.net.URI;
import java.util.List;

/** What somebody wants to know who has just started everything. */
final class Welcome {
    private Welcome() {}

    static List<String> lines(EmbeddedServers servers, Topics topics) {
        String kafka = servers.kafkaBootstrapServers();
        String http = servers.httpAddress().orElse("");
        URI postgres = URI.create(servers.postgresUrl().substring("jdbc:".length()));
        return List.of(
                "Postroad is ready.",
                "",
                "  Kafka     " + kafka,
                "  Postgres  " + servers.postgresUrl() + ", user " + servers.postgresUser() + ", no password",
                "            the superuser postgres has the password in " + servers.postgresPasswordFile(),
                "  HTTP      " + http,
                "  Console   " + http + "/",
                "  Model     " + servers.llmBaseUrl() + " (simulated)",
                "",
                "Try, from another terminal:",
                "",
                "  echo 'order-1|{\"graph\": \"hello\", \"input\": {\"name\": \"Ada\"}}' | kcat -P -b " + kafka + " -t "
                        + topics.triggers() + " -K '|'",
                "  kcat -C -b " + kafka + " -t " + topics.events() + " -o beginning -e",
                "  psql -h " + postgres.getHost() + " -p " + postgres.getPort() + " -U " + servers.postgresUser()
                        + " -c 'SELECT run_id, status FROM postroad.runs' "
                        + postgres.getPath().substring(1),
                "  curl " + http + "/health/ready",
                "",
                "Ctrl-C stops it; what is under way goes on at the next start.");
    }
}
