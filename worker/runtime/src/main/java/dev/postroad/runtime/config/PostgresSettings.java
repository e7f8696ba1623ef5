package dev.postroad.runtime.config;

import dev.postroad.contracts.json.FaultsException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * How Postgres is reached.
 *
 * @param url a JDBC address
 * @param password null where the server asks for none, or the address has it
 * @param pooler what stands before Postgres at that address
 * @param sessionUrl a JDBC address past the pooler, for what needs a session of its own; null where there is none
 */
public record PostgresSettings(
        String url,
        String user,
        @Nullable String password,
        Pooler pooler,
        @Nullable String sessionUrl) {
    private static final String SCHEME = "jdbc:postgresql:";
    private static final Pattern POOLERS = Pattern.compile("none|transaction");
    private static final String REMEDY = "give a JDBC address such as jdbc:postgresql://localhost:5432/postroad";

    /** Settings for a Postgres without a pooler. */
    public PostgresSettings(String url, String user, @Nullable String password) {
        this(url, user, password, Pooler.NONE, null);
    }

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
        checkScheme(reader, Setting.POSTGRES_URL, url);
        String user = reader.required(Setting.POSTGRES_USER, "give the name of a user");
        String sessionUrl = reader.text(Setting.POSTGRES_SESSION_URL);
        if (sessionUrl != null) {
            checkScheme(reader, Setting.POSTGRES_SESSION_URL, sessionUrl);
        }
        Pooler pooler = "transaction".equals(reader.matching(Setting.POSTGRES_POOLER, POOLERS, "none or transaction"))
                ? Pooler.TRANSACTION
                : Pooler.NONE;
        return new PostgresSettings(url, user, reader.text(Setting.POSTGRES_PASSWORD), pooler, sessionUrl);
    }

    private static void checkScheme(SettingReader reader, Setting setting, String url) {
        if (!url.isEmpty() && !url.startsWith(SCHEME)) {
            // Such an address may hold a password, so it is not repeated.
            reader.fault(setting, "does not start with " + SCHEME, REMEDY);
        }
    }

    /** Whether sessions are shared, so that nothing may be kept in one. */
    public boolean isPooled() {
        return pooler == Pooler.TRANSACTION;
    }

    /** The same server past its pooler; empty where a session is needed and no address leads to one. */
    public Optional<PostgresSettings> ofSession() {
        if (sessionUrl != null) {
            return Optional.of(new PostgresSettings(sessionUrl, user, password));
        }
        return isPooled() ? Optional.empty() : Optional.of(this);
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
        if (isPooled()) {
            source.setPrepareThreshold(0);
        }
        return source;
    }

    @Override
    public String toString() {
        return "PostgresSettings[" + address() + ", " + user + "]";
    }
}
