package dev.postroad.runtime.provisioning;

import dev.postroad.contracts.json.Fields;
import dev.postroad.migrations.Migrations;
import dev.postroad.runtime.config.ListenSettings;
import dev.postroad.runtime.config.PostgresSettings;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.database.PostgresTrouble;
import dev.postroad.runtime.database.SingleConnections;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;

/** Brings schema and topics to what a worker needs. Safe to run by several processes at once, and again. */
public final class Provisioning {
    /** A migration may wait for whoever has a table, and build an index over all runs there are. */
    private static final Duration LONGEST_MIGRATION = Duration.ofDays(1);

    private Provisioning() {}

    /**
     * Brings the schema to the newest version and makes the topics that are missing; those that are there stay as they
     * are.
     *
     * @throws ProvisioningException where Postgres or Kafka cannot be reached or refuses
     */
    public static void migrate(WorkerSettings settings) {
        migrateSchema(settings.postgres());
        try (TopicAdmin admin = TopicAdmin.open(settings, new StartLimit(settings.startLimit()))) {
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
        DataSource database = SingleConnections.to(postgres, LONGEST_MIGRATION);
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
     * Lets a role of Postgres work on the schema as it is now, without owning any of it.
     *
     * @param settings of who owns it
     * @throws ProvisioningException where there is no such role, or the owner cannot be
     */
    public static void grant(PostgresSettings settings, String role) {
        try {
            Migrations.grant(SingleConnections.to(settings.ofSession().orElse(settings), LONGEST_MIGRATION), role);
        } catch (SQLException refused) {
            throw new ProvisioningException(
                    "Postgres at " + settings.address() + " does not grant to " + Fields.quoted(role) + ": "
                            + PostgresTrouble.say(refused)
                            + "; make the role first, and migrate as the owner of the schema",
                    refused);
        }
    }

    /**
     * Makes the topics that are missing, where that is allowed, and sees that those that go together fit together.
     *
     * @throws ProvisioningException where topics are missing or unfit, or Kafka cannot be reached
     */
    public static void checkTopics(WorkerSettings settings) {
        checkTopics(settings, new StartLimit(settings.startLimit()));
    }

    /** As {@link #checkTopics(WorkerSettings)}, within what is left of a limit. */
    public static void checkTopics(WorkerSettings settings, StartLimit limit) {
        try (TopicAdmin admin = TopicAdmin.open(settings, limit)) {
            admin.createMissing(TopicPlan.all(settings));
            admin.requireEqualPartitions(TopicPlan.sharded(settings.topics()));
            admin.awaitLeaders(TopicPlan.written(settings.topics()));
        }
    }

    /**
     * Sees that HTTP can be listened for, before anything else is begun.
     *
     * @throws ProvisioningException where it cannot, as when another process listens there
     */
    public static void checkListening(ListenSettings http) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(http.host(), http.port()));
        } catch (IOException taken) {
            throw cannotListen(http, taken);
        }
    }

    /** That HTTP cannot be listened for, and what to do. */
    public static ProvisioningException cannotListen(ListenSettings http, Throwable reason) {
        return new ProvisioningException(
                "HTTP cannot be listened for on " + http.host() + ":" + http.port() + ": " + reason.getMessage()
                        + "; stop what listens there, or set POSTROAD_HTTP_PORT or POSTROAD_HTTP_HOST to another"
                        + " (port 0 is any free one)",
                reason);
    }
}
