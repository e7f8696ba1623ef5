package dev.postroad.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedServersTest {
    /** One story, since the unpacking and the first start are most of its time. */
    @Test
    void survivesAKilledOwnerWithoutOrphansAndWithAllItsData(@TempDir Path directory) throws Exception {
        UnpackedBinaries.copyInto(directory.resolve("postgres"));
        List<ProcessHandle> orphans;
        try (OtherProcess owner = OtherProcess.runningServersOf(directory)) {
            try (var joined = EmbeddedServers.startOrJoin(directory, EmbeddedPorts.free())) {
                assertThat(joined.owned()).isFalse();
                new Database(joined.postgresUrl()).execute("CREATE TABLE kept AS SELECT 'yes' AS word");
                var letters = new Topic(joined.kafkaBootstrapServers(), "letters");
                letters.create();
                letters.send("a letter");
            }
            orphans = owner.descendants();
            assertThat(orphans)
                    .anyMatch(child -> child.info().commandLine().orElse("").contains("postgres"));
            owner.kill();
        }

        try (var restarted = EmbeddedServers.startOrJoin(directory, EmbeddedPorts.free())) {
            assertThat(restarted.owned()).isTrue();
            assertThat(new Database(restarted.postgresUrl()).valueOf("SELECT word FROM kept"))
                    .isEqualTo("yes");
            assertThat(new Topic(restarted.kafkaBootstrapServers(), "letters").first())
                    .isEqualTo("a letter");
            for (ProcessHandle orphan : orphans) {
                orphan.onExit().get(30, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void letsASecondCommandUseWhatTheFirstOneRuns(@TempDir Path directory) throws Exception {
        UnpackedBinaries.copyInto(directory.resolve("postgres"));
        try (var owner = EmbeddedServers.startOrJoin(directory, EmbeddedPorts.free())) {
            owner.announceHttp("http://127.0.0.1:8080");
            try (var joined = EmbeddedServers.startOrJoin(directory, EmbeddedPorts.free())) {
                assertThat(joined.owned()).isFalse();
                assertThat(joined.kafkaBootstrapServers()).isEqualTo(owner.kafkaBootstrapServers());
                assertThat(joined.postgresUrl()).isEqualTo(owner.postgresUrl());
                assertThat(joined.llmBaseUrl()).isEqualTo(owner.llmBaseUrl());
                assertThat(joined.httpAddress()).contains("http://127.0.0.1:8080");
                assertThatThrownBy(() -> joined.announceHttp("http://127.0.0.1:1"))
                        .isInstanceOf(IllegalStateException.class);
            }
            assertThat(new Database(owner.postgresUrl()).valueOf("SELECT 1")).isEqualTo("1");
        }
        assertThat(directory.resolve("embedded.json")).doesNotExist();
    }

    @Test
    void leavesNothingRunningWhenOnePortIsTaken(@TempDir Path directory) throws Exception {
        UnpackedBinaries.copyInto(directory.resolve("postgres"));
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            var ports = new EmbeddedPorts(taken.getLocalPort(), 0, 0);
            assertThatThrownBy(() -> EmbeddedServers.startOrJoin(directory, ports))
                    .isInstanceOf(EmbeddedServerException.class)
                    .hasMessageContaining("Port " + taken.getLocalPort())
                    .hasMessageContaining("--kafka-port");
        }
        assertThat(new PostmasterFile(directory.toRealPath().resolve("postgres/data")).server())
                .isEmpty();
        assertThat(DirectoryLock.tryTake(directory.toRealPath().resolve("embedded.lock")))
                .hasValueSatisfying(DirectoryLock::close);
    }
}
