package dev.postroad.migrations;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings the schema {@value #SCHEMA} of a database to the newest version. Safe to run by several processes at once. */
public final class Migrations {
    /** The schema that holds all of Postroad's tables. */
    public static final String SCHEMA = "postroad";

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
}
