package dev.postroad.runtime.database;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.runtime.config.PostgresSettings;
import dev.postroad.runtime.testing.Relay;
import dev.postroad.runtime.testing.Servers;
import dev.postroad.runtime.testing.Site;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A network that forgets connections, before a real Postgres. */
@NullMarked
@Timeout(120)
class SingleConnectionsTest {
    @Test
    void noAnswerIsWaitedForForEver() throws SQLException {
        try (Site site = Site.open();
                Relay relay = Relay.to(port(site), Integer.MAX_VALUE)) {
            loses(relay, SingleConnections.to(through(relay, site, ""), Duration.ofSeconds(5)));
            loses(relay, SingleConnections.to(through(relay, site, "?socketTimeout=5"), Duration.ofDays(1)));
        }
    }

    private static void loses(Relay relay, DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            relay.loseAnswers();
            assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
        }
    }

    private static PostgresSettings through(Relay relay, Site site, String options) {
        String url = site.postgresUrl().replaceFirst("//[^/]*/", "//127.0.0.1:" + relay.port() + "/");
        return new PostgresSettings(url + options, Servers.get().postgresUser(), null);
    }

    private static int port(Site site) {
        return URI.create(site.postgresUrl().substring("jdbc:".length())).getPort();
    }
}
