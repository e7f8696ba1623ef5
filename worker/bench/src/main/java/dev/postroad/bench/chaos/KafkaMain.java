package dev.postroad.bench.chaos;

import dev.postroad.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/**
 * A Kafka in a process of its own, so that it can be killed. Says {@code ready}, and ends when its input does. Its further
 * listeners each tell their clients another port than that at which they listen.
 */
final class KafkaMain {
    private KafkaMain() {}

    /** Folder, port, and for each further listener its port and the one that it tells, with a colon between. */
    public static void main(String[] arguments) throws IOException {
        List<String> listeners = Arrays.asList(arguments).subList(2, arguments.length);
        try (EmbeddedKafka _ = EmbeddedKafka.start(
                Path.of(arguments[0]), Integer.parseInt(arguments[1]), settings -> add(settings, listeners))) {
            System.out.println("ready");
            while (System.in.read() >= 0) {
                // Nothing is said to it.
            }
        }
        System.exit(0);
    }

    private static void add(Properties settings, List<String> listeners) {
        for (int i = 0; i < listeners.size(); i++) {
            String[] ports = listeners.get(i).split(":", 2);
            append(settings, "listeners", "PLACE" + i + "://127.0.0.1:" + ports[0]);
            append(settings, "advertised.listeners", "PLACE" + i + "://127.0.0.1:" + ports[1]);
            append(settings, "listener.security.protocol.map", "PLACE" + i + ":PLAINTEXT");
        }
    }

    private static void append(Properties settings, String name, String more) {
        settings.put(name, settings.getProperty(name) + "," + more);
    }
}
