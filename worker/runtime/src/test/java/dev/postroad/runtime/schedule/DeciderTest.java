package dev.postroad.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.testing.Site;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Many schedules that are due at once, one of which breaks, on a real Postgres. */
@NullMarked
class DeciderTest {
    private static final Site SITE = Site.open();
    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
    private static final Instant NOW = NOON.plusSeconds(900);

    private final Repeats repeats = new Repeats(LoggerFactory.getLogger("test"), InstantSource.system());
    private final ScheduleRows rows =
            new ScheduleRows(SITE.sql(), new ScheduleEvents("w", InstantSource.system()), repeats);
    private final Calendar calendar = new Calendar();
    private final Decider decider = new Decider(rows, DeciderTest::refusal, calendar, repeats);

    private static @Nullable String refusal(StoredSchedule schedule, Instant time) {
        if (schedule.name().equals("breaks")) {
            throw new IllegalStateException("it is due at " + time);
        }
        return null;
    }

    @AfterAll
    static void close() {
        SITE.close();
    }

    @BeforeEach
    void empty() {
        SITE.sql().useHandle(handle -> handle.execute("TRUNCATE postroad.schedules, postroad.schedule_runs"));
    }

    @AfterEach
    void commitAnything() {
        SITE.sql()
                .useHandle(handle ->
                        handle.execute("ALTER TABLE postroad.schedules DROP CONSTRAINT IF EXISTS never_decided_about"));
    }

    @Test
    void oneThatCannotBeDecidedAboutIsLeftOutUntilItIsChangedAndTheOthersBegin() {
        publish("first", "breaks", "last");
        assertThat(decide(NOW)).containsExactlyInAnyOrder("first", "last");
        assertThat(calendar.takeDue(NOON.plusSeconds(1_800), 10))
                .extracting(StoredSchedule::name)
                .containsExactly("first", "last");
        assertThat(calendar.find("breaks")).isPresent();
    }

    @Test
    void oneThatCannotBeCommittedDoesNotStopTheOthers() {
        publish("first", "never", "last");
        SITE.sql()
                .useHandle(handle -> handle.execute("ALTER TABLE postroad.schedules ADD CONSTRAINT never_decided_about "
                        + "CHECK (name <> 'never' OR last_run IS NULL)"));
        assertThatThrownBy(() -> decide(NOW)).isInstanceOf(JdbiException.class);
        assertThat(calendar.isOutdated()).isTrue();
        assertThat(decider.most()).isEqualTo(1);
        read("first", "never", "last");
        assertThat(decide(NOW)).containsExactly("first");
        assertThatThrownBy(() -> decide(NOW)).isInstanceOf(JdbiException.class);
        read("first", "never", "last");
        assertThat(decide(NOW)).containsExactly("last");
        assertThatThrownBy(() -> decide(NOW)).isInstanceOf(JdbiException.class);
        assertThat(decide(NOW)).as("it is left alone for a while").isEmpty();
        commitAnything();
        assertThat(decide(NOW.plusSeconds(10))).containsExactly("never");
    }

    private List<String> decide(Instant now) {
        return decider.decide(calendar.takeDue(now, decider.most()), now).stream()
                .map(StartingRun::schedule)
                .toList();
    }

    private void publish(String... names) {
        SITE.sql()
                .useHandle(handle -> List.of(names)
                        .forEach(name -> handle.execute(
                                "INSERT INTO postroad.schedules (name, definition, published_at, decided_until) VALUES (?, ?::json, ?, ?)",
                                name,
                                "{\"schedule\": \"" + name + "\", \"graph\": \"g\", \"every\": \"PT15M\"}",
                                NOON.atOffset(ZoneOffset.UTC),
                                NOON.atOffset(ZoneOffset.UTC))));
        read(names);
    }

    private void read(String... names) {
        rows.read(List.of(names)).forEach(calendar::put);
        calendar.read();
    }
}
