package dev.postroad.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings the schema {@value #SCHEMA} of a database to the newest version. Safe to run by several processes at once. */
public final class Migrations {
    /** The schema that holds all of Postroad's tables. */
    public static final String SCHEMA = "postroad";

    /** What a worker does to the schema, and no more. */
    private static final List<String> GRANTS = List.of(
            "GRANT USAGE ON SCHEMA postroad TO %s",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA postroad TO %s",
            "REVOKE ALL ON postroad.flyway_schema_history FROM %s",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA postroad TO %s",
            "GRANT EXECUTE ON FUNCTION postroad.make_agent_logs(date), postroad.drop_agent_logs(date) TO %s");

    private Migrations() {}

    /**
     * Applies what is missing.
     *
     * @return how many migrations were applied
     * @throws org.flywaydb.core.api.FlywayException where the database cannot be reached or was changed by hand
     */
    public static int migrate(DataSource database) {
        return Flyway.configure()
                .dataSource(database)
                .locations("classpath:postroad/migrations")
                .schemas(SCHEMA)
                .defaultSchema(SCHEMA)
                .load()
                .migrate()
                .migrationsExecuted;
    }

    /**
     * Lets a role work on the schema as it is now without owning any of it. Grants that it has already stay.
     *
     * @param role one that is there
     * @throws SQLException where there is no such role, or whoever migrates may not grant
     */
    public static void grant(DataSource database, String role) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            String quoted = statement.enquoteIdentifier(role, true);
            connection.setAutoCommit(false);
            for (String grant : GRANTS) {
                statement.execute(grant.formatted(quoted));
            }
            connection.commit();
        }
    }
}
