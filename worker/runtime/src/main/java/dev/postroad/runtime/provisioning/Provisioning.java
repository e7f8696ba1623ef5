package dev.postroad.runtime.provisioning;

import dev.postroad.migrations.Migrations;
import dev.postroad.runtime.config.PostgresSettings;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.database.PostgresTrouble;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;

/** Brings schema and topics to what a worker needs. Safe to run by several processes at once, and again. */
public final class Provisioning {
    private Provisioning() {}

    /**
     * Brings the schema to the newest version and makes the topics that are missing; those that are there stay as they
     * are.
     *
     * @throws ProvisioningException where Postgres or Kafka cannot be reached or refuses
     */
    public static void migrate(WorkerSettings settings) {
        migrateSchema(settings.postgres());
        try (TopicAdmin admin = TopicAdmin.open(settings)) {
            admin.createMissing(TopicPlan.all(settings));
        }
    }

    /**
     * Brings the schema to the newest version.
     *
     * @throws ProvisioningException where Postgres cannot be reached or refuses
     */
    public static void migrateSchema(PostgresSettings settings) {
        PostgresSettings postgres = settings.ofSession()
                .orElseThrow(() -> new ProvisioningException(
                        "the schema cannot be migrated through a pooler that shares its sessions; set"
                                + " POSTROAD_POSTGRES_SESSION_URL to an address of Postgres itself",
                        null));
        DataSource database = postgres.toDataSource();
        try (Connection connection = database.getConnection()) {
            connection.isValid(1);
        } catch (SQLException unreachable) {
            throw new ProvisioningException(
                    "Postgres at " + postgres.address() + " cannot be used: " + PostgresTrouble.say(unreachable)
                            + "; see that it runs and that POSTROAD_POSTGRES_URL, _USER and _PASSWORD are right",
                    unreachable);
        }
        try {
            Migrations.migrate(database);
        } catch (FlywayException failed) {
            throw new ProvisioningException(
                    "the schema " + Migrations.SCHEMA + " of Postgres at " + postgres.address()
                            + " cannot be migrated: " + failed.getMessage(),
                    failed);
        }
    }

    /**
     * Makes the topics that are missing, where that is allowed, and sees that those that go together fit together.
     *
     * @throws ProvisioningException where topics are missing or unfit, or Kafka cannot be reached
     */
    public static void checkTopics(WorkerSettings settings) {
        try (TopicAdmin admin = TopicAdmin.open(settings)) {
            admin.createMissing(TopicPlan.all(settings));
            admin.requireEqualPartitions(TopicPlan.sharded(settings.topics()));
        }
    }
}
