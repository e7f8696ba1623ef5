package dev.postroad.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
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

    @Test
    void givesNobodyTheRightsOfASuperuserWithoutItsPassword() throws Exception {
        Database owner = new Database(postgres.jdbcUrl());
        assertThat(owner.valueOf("SELECT rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls FROM pg_roles"
                        + " WHERE rolname = current_user"))
                .isEqualTo("f");
        for (String beyond :
                List.of("COPY (SELECT 1) TO PROGRAM 'cat'", "SELECT pg_read_file('PG_VERSION')", "SET ROLE postgres")) {
            assertThatThrownBy(() -> owner.execute(beyond)).hasMessageContaining("permission denied");
        }
        for (String password : List.of("postgres", "wrong")) {
            assertThatThrownBy(() -> new Database(postgres.jdbcUrl(), "postgres", password).valueOf("SELECT 1"))
                    .hasMessageContaining("password authentication failed");
        }
        Path file = directory.resolve("superuser.password");
        assertThat(new Database(postgres.jdbcUrl(), "postgres", Files.readString(file))
                        .valueOf("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
                .isEqualTo("t");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void lettingTheOwnerMakeDatabasesIsEnoughForAllThatWeDo() throws Exception {
        Database owner = new Database(postgres.jdbcUrl());
        owner.execute("CREATE DATABASE another");
        owner.execute("DROP DATABASE another");
        owner.execute("CHECKPOINT");
    }

    @Test
    void tightensTheDataOfAnOlderRelease(@TempDir Path other) throws Exception {
        UnpackedBinaries.copyInto(other);
        Path password = other.resolve("superuser.password");
        try (var former = EmbeddedPostgres.start(other, 0)) {
            new Database(former.jdbcUrl(), "postgres", Files.readString(password))
                    .execute("ALTER ROLE postroad SUPERUSER; ALTER ROLE postgres PASSWORD NULL");
            new Database(former.jdbcUrl()).execute("CREATE TABLE kept AS SELECT 'yes' AS word");
        }
        Files.delete(password);
        Files.writeString(other.resolve("data/pg_hba.conf"), "host all all 127.0.0.1/32 trust\n");
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwxr-xr-x"));

        try (var tightened = EmbeddedPostgres.start(other, 0)) {
            Database owner = new Database(tightened.jdbcUrl());
            assertThat(owner.valueOf("SELECT word FROM kept")).isEqualTo("yes");
            assertThat(owner.valueOf("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
                    .isEqualTo("f");
            assertThatThrownBy(() -> new Database(tightened.jdbcUrl(), "postgres", "").valueOf("SELECT 1"))
                    .hasMessageContaining("password");
            assertThat(Files.getPosixFilePermissions(other))
                    .doesNotContain(PosixFilePermission.OTHERS_READ, PosixFilePermission.GROUP_READ);
        }
    }
}
