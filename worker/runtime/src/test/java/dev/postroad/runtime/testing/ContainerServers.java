package dev.postroad.runtime.testing;

import org.jspecify.annotations.NullMarked;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The same servers as users run them, by Testcontainers. */
@NullMarked
final class ContainerServers {
    private static final String USER = "postroad";

    private ContainerServers() {}

    /** Starts both; they are stopped with the JVM. */
    @SuppressWarnings("resource")
    static Servers start() {
        // Tests of workers that die do not wait as long for it as users may.
        KafkaContainer kafka =
                new KafkaContainer("apache/kafka:4.3.1").withEnv("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000");
        PostgreSQLContainer postgres = new PostgreSQLContainer("postgres:18")
                .withDatabaseName(USER)
                .withUsername(USER)
                .withEnv("POSTGRES_HOST_AUTH_METHOD", "trust")
                .withCommand("postgres", "-c", "max_connections=500");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            kafka.stop();
            postgres.stop();
        }));
        kafka.start();
        postgres.start();
        String address = postgres.getHost() + ":" + postgres.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT);
        return new Servers(kafka.getBootstrapServers(), "jdbc:postgresql://" + address + "/" + USER, USER, USER, "");
    }
}
