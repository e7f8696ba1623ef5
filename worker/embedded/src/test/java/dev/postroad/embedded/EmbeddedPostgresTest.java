package dev.postroad.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedPostgresTest {
    @TempDir
    private static Path directory;

    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void start() {
        postgres = EmbeddedPostgres.start(directory, 0);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void keepsDataOverRestarts() throws Exception {
        Database database = new Database(postgres.jdbcUrl());
        database.execute("CREATE TABLE kept (word text)");
        database.execute("INSERT INTO kept VALUES ('yes')");

        postgres.restart();
        assertThat(database.valueOf("SELECT word FROM kept")).isEqualTo("yes");

        postgres.close();
        postgres = EmbeddedPostgres.start(directory, 0);
        assertThat(new Database(postgres.jdbcUrl()).valueOf("SELECT word FROM kept"))
                .isEqualTo("yes");
    }

    @Test
    void isAsDurableAsInProduction() throws Exception {
        Database database = new Database(postgres.jdbcUrl());
        assertThat(database.valueOf("SHOW fsync")).isEqualTo("on");
        assertThat(database.valueOf("SHOW synchronous_commit")).isEqualTo("on");
        assertThat(database.valueOf("SHOW full_page_writes")).isEqualTo("on");
    }

    @Test
    void offersADatabaseOfItsOwnInUtf8() throws Exception {
        Database database = new Database(postgres.jdbcUrl());
        assertThat(database.valueOf("SELECT current_database()")).isEqualTo("postroad");
        assertThat(database.valueOf("SHOW server_encoding")).isEqualTo("UTF8");
        assertThat(database.valueOf("SHOW listen_addresses")).isEqualTo("127.0.0.1");
    }

    @Test
    void throwsAwayADataDirectoryWhoseCreationWasInterrupted(@TempDir Path other) throws Exception {
        UnpackedBinaries.copyInto(other);
        Files.createDirectories(other.resolve("data.partial/base"));
        try (var restarted = EmbeddedPostgres.start(other, 0)) {
            assertThat(new Database(restarted.jdbcUrl()).valueOf("SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void startsThoughAnUnrelatedProcessHasThePidOfAServerThatWasKilled(@TempDir Path other) throws Exception {
        UnpackedBinaries.copyInto(other);
        EmbeddedPostgres.start(other, 0).close();
        Files.writeString(
                other.resolve("data/postmaster.pid"), ProcessHandle.current().pid() + "\n");

        try (var restarted = EmbeddedPostgres.start(other, 0)) {
            assertThat(new Database(restarted.jdbcUrl()).valueOf("SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void namesThePortThatIsInUseAndItsOption(@TempDir Path other) throws Exception {
        UnpackedBinaries.copyInto(other);
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThatThrownBy(() -> EmbeddedPostgres.start(other, taken.getLocalPort()))
                    .isInstanceOf(EmbeddedServerException.class)
                    .hasMessageContaining("Port " + taken.getLocalPort())
                    .hasMessageContaining("--postgres-port");
        }
    }

    @Test
    void tellsWhyItCannotStartFromTheServersOwnLog(@TempDir Path other) throws Exception {
        UnpackedBinaries.copyInto(other);
        EmbeddedPostgres.start(other, 0).close();
        Files.writeString(other.resolve("data/postgresql.conf"), "no_such_setting = 1\n");

        assertThatThrownBy(() -> EmbeddedPostgres.start(other, 0))
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("no_such_setting");
    }
}
