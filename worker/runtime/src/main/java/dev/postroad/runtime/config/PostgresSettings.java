package dev.postroad.runtime.config;

import dev.postroad.contracts.json.FaultsException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * How Postgres is reached.
 *
 * @param url a JDBC address
 * @param password null where the server asks for none, or the address has it
 */
public record PostgresSettings(
        String url, String user, @Nullable String password) {
    private static final String SCHEME = "jdbc:postgresql:";
    private static final String REMEDY = "give a JDBC address such as jdbc:postgresql://localhost:5432/postroad";

    /**
     * Reads what a command needs that only looks into Postgres.
     *
     * @throws FaultsException with everything that is wrong with any variable
     */
    public static PostgresSettings read(Variables variables) throws FaultsException {
        SettingReader reader = new SettingReader(variables);
        PostgresSettings settings = read(reader);
        reader.throwFaults();
        return settings;
    }

    static PostgresSettings read(SettingReader reader) {
        String url = reader.required(Setting.POSTGRES_URL, REMEDY);
        if (!url.isEmpty() && !url.startsWith(SCHEME)) {
            // Such an address may hold a password, so it is not repeated.
            reader.fault(Setting.POSTGRES_URL, "does not start with " + SCHEME, REMEDY);
        }
        String user = reader.required(Setting.POSTGRES_USER, "give the name of a user");
        return new PostgresSettings(url, user, reader.text(Setting.POSTGRES_PASSWORD));
    }

    /** The address without its parameters, which may hold a password; for messages. */
    public String address() {
        return url.replaceFirst("\\?.*", "").replaceFirst("//[^/@]*@", "//");
    }

    /** Opens a new connection for each that is asked for. */
    public DataSource toDataSource() {
        var source = new PGSimpleDataSource();
        source.setApplicationName("postroad");
        source.setUrl(url);
        if (source.getUser() == null) {
            source.setUser(user);
        }
        if (password != null) {
            source.setPassword(password);
        }
        return source;
    }

    @Override
    public String toString() {
        return "PostgresSettings[" + address() + ", " + user + "]";
    }
}
