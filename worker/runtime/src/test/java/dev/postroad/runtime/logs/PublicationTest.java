package dev.postroad.runtime.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.testing.Servers;
import dev.postroad.runtime.testing.SetClock;
import dev.postroad.runtime.testing.Site;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Somebody replicates the schema to another database: nothing that workers do may fail by it. */
@NullMarked
class PublicationTest {
    private final Site site = Site.open(1);
    private final SetClock clock = new SetClock(Instant.parse("2031-03-01T10:00:00Z"));

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void everyTableHasAReplicaIdentityAlsoPartitionsThatAreMadeLater() throws SQLException {
        new LogPartitions(site.database(), Duration.ofDays(7), clock).sweep();
        List<String> without = site.sql()
                .withHandle(
                        handle -> handle.createQuery("""
                            SELECT c.relname FROM pg_class c
                            WHERE c.relnamespace = 'postroad'::regnamespace AND c.relkind IN ('r', 'p')
                              AND NOT CASE c.relreplident
                                  WHEN 'f' THEN true
                                  WHEN 'd' THEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
                                  WHEN 'i' THEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident)
                                  ELSE false END
                            ORDER BY 1\
                            """).mapTo(String.class).list());
        assertThat(without).isEmpty();
        assertThat(site.number(
                        "SELECT count(*) FROM pg_class WHERE relname LIKE 'agent\\_logs\\_2031%' AND relkind = 'r'"))
                .isEqualTo(3);
    }

    @Test
    void aPublicationOfTheSchemaBreaksNeitherRunsNorTheCleaningOfLogs() throws SQLException {
        Jdbi superuser = Jdbi.create(
                site.postgresUrl(), Servers.get().superuser(), Servers.get().superuserPassword());
        superuser.useHandle(handle -> handle.execute("CREATE PUBLICATION everything FOR TABLES IN SCHEMA postroad"));
        site.sql().useHandle(handle -> handle.execute("""
            INSERT INTO postroad.agent_logs (at, level, run_id, worker, message)
            VALUES ('2020-01-01', 'info', 'r', 'w', 'old'), ('2031-02-28', 'info', 'r', 'w', 'new')\
            """));
        new LogPartitions(site.database(), Duration.ofDays(7), clock).sweep();
        assertThat(site.number("SELECT count(*) FROM postroad.agent_logs_other"))
                .isOne();

        site.worker();
        site.apply("""
            graph: published
            nodes: { set: { set: "{}" } }
            edges: [{ from: START, to: set }, { from: set, to: END }]
            """);
        site.trigger("published", "one", "{}");
        assertThat(site.ended("one").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }
}
