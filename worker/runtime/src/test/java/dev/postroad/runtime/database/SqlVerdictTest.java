package dev.postroad.runtime.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
class SqlVerdictTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PASSING  | 08000 08001 08003 08004 08006 08P01 08S01 25001 25P01 25P02 25P03 25P04 26000 42P05 40001"
                        + " 40P01 40003 55P03 57000 57P01 57P02 57P03 57P05 72000",
                "DOUBTFUL | 57014 53200 23505 0A000 58000 58030 58P01 P0001 XX000 XX001 XX002 HV000 38000 99999 XYZZY",
                "REFUSED  | 21000 22001 22003 22021 22P02 22P05 2200G 23502 23503 23514 44000 54000 54001",
                "SITE     | 25006 28000 28P01 3D000 57P04 3F000 42501 42601 42703 42883 42P01 53000 53100 53300 53400"
                        + " 55000 55006 55P02 F0000",
            })
    void sortsTheStatesOfPostgres(SqlVerdict verdict, String states) {
        for (String state : states.split(" ", -1)) {
            assertThat(SqlVerdict.of(new SQLException("x", state))).as(state).isEqualTo(verdict);
        }
    }

    @Test
    void looksThroughWhatPoolsAndLibrariesWrapAround() {
        SQLException readOnly = new SQLException("cannot execute INSERT in a read-only transaction", "25006");
        assertThat(SqlVerdict.of(new IllegalStateException(new SQLException(readOnly))))
                .isEqualTo(SqlVerdict.SITE);
        assertThat(PostgresTrouble.say(new IllegalStateException("outer", readOnly)))
                .isEqualTo("Postgres is read-only (25006 cannot execute INSERT in a read-only transaction)");
        assertThat(SqlVerdict.of(new SQLTransientConnectionException("request timed out")))
                .isEqualTo(SqlVerdict.PASSING);
    }

    @Test
    void theSameMayGoWellLaterWhereTheServerOrTheWayToItIsToBlame() {
        for (String state : "08006 25006 40P01 53300 55P03 57014 57P01 58030".split(" ", -1)) {
            assertThat(SqlVerdict.isAway(new IllegalStateException(new SQLException("x", state))))
                    .as(state)
                    .isTrue();
        }
        for (String state : "22001 23514 42P01 54000 XX000".split(" ", -1)) {
            assertThat(SqlVerdict.isAway(new SQLException("x", state)))
                    .as(state)
                    .isFalse();
        }
        assertThat(SqlVerdict.isAway(new SQLTransientConnectionException("request timed out")))
                .isTrue();
        assertThat(SqlVerdict.isAway(new SQLException("the connection is closed")))
                .isTrue();
        assertThat(SqlVerdict.isAway(new IllegalStateException("no row"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "42P05 | ERROR: prepared statement \"S_1\" already exists",
                "26000 | ERROR: prepared statement \"S_1\" does not exist",
                "08P01 | FATAL: unsupported startup parameter: options",
            })
    void namesTheSettingWhereAPoolerSharesSessions(String state, String said) {
        SQLException failed = new SQLException(said, state);
        assertThat(PostgresTrouble.isOfPooler(new IllegalStateException(failed)))
                .isTrue();
        assertThat(PostgresTrouble.say(failed)).contains("set POSTROAD_POSTGRES_POOLER=transaction", said);
    }
}
