package dev.postroad.runtime.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.testing.Site;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Pools of connections to a real Postgres. */
@NullMarked
class PoolsTest {
    @Test
    void noStatementTakesForEverAndNoneNeedsATimerButBehindAPooler() throws SQLException {
        try (Site site = Site.open();
                Pools direct = pools(site, Map.of());
                Pools pooled = pools(site, Map.of("POSTROAD_POSTGRES_POOLER", "transaction"))) {
            assertThat(limits(direct.writing("writing", 1, ""))).isEqualTo("1min in Postgres, 0 s here");
            assertThat(limits(direct.reading("reading", 1))).isEqualTo("10s in Postgres, 0 s here");
            assertThat(limits(pooled.writing("pooled", 1, ""))).isEqualTo("0 in Postgres, 60 s here");
        }
    }

    @Test
    void aStatementHasItsLimitThoughTheAddressAsksForOptionsOfItsOwn() throws SQLException {
        try (Site site = Site.open()) {
            String url = site.settings(Map.of()).postgres().url();
            String own = url + (url.contains("?") ? "&" : "?") + "options=-c%20search_path=public";
            try (Pools pools = pools(site, Map.of("POSTROAD_POSTGRES_URL", own))) {
                assertThat(limits(pools.writing("writing", 1, ""))).isEqualTo("0 in Postgres, 60 s here");
                assertThat(limits(pools.reading("reading", 1))).isEqualTo("0 in Postgres, 10 s here");
            }
        }
    }

    private static Pools pools(Site site, Map<String, String> environment) {
        return new Pools(site.settings(environment).postgres(), "w", new SimpleMeterRegistry(), InstantSource.system());
    }

    private static String limits(DataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW statement_timeout")) {
            row.next();
            return row.getString(1) + " in Postgres, " + statement.getQueryTimeout() + " s here";
        }
    }
}
