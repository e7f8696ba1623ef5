package dev.postroad.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedKafkaTest {
    @Test
    void keepsRecordsOverARestartOnAnotherPort(@TempDir Path directory) throws Exception {
        int firstPort;
        try (var kafka = EmbeddedKafka.start(directory, 0)) {
            firstPort = kafka.port();
            var letters = new Topic(kafka.bootstrapServers(), "letters");
            letters.create();
            letters.send("a letter");
        }
        try (var kafka = EmbeddedKafka.start(directory, 0)) {
            assertThat(kafka.port()).isNotEqualTo(firstPort);
            assertThat(new Topic(kafka.bootstrapServers(), "letters").first()).isEqualTo("a letter");
        }
    }

    @Test
    void namesThePortThatIsInUseAndItsOption(@TempDir Path directory) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThatThrownBy(() -> EmbeddedKafka.start(directory, taken.getLocalPort()))
                    .isInstanceOf(EmbeddedServerException.class)
                    .hasMessageContaining("Port " + taken.getLocalPort())
                    .hasMessageContaining("--kafka-port");
        }
    }
}
