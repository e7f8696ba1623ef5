package dev.postroad.contracts.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronTimingTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Europe/Berlin       | 0 2 * * *      | 2026-07-01T12:00:00Z | 2026-07-02T00:00:00Z
            UTC                 | 0 0 29 2 *     | 2026-03-01T00:00:00Z | 2028-02-29T00:00:00Z
            UTC                 | 0 0 29 2 *     | 2096-03-01T00:00:00Z | 2104-02-29T00:00:00Z
            UTC                 | 30 0 12 1 1 *  | 2026-01-01T12:00:30Z | 2027-01-01T12:00:30Z
            UTC                 | * * * * * *    | 2026-01-01T12:00:30.5Z | 2026-01-01T12:00:31Z
            UTC                 | */15 8-17 * * MON-FRI | 2026-11-27T17:45:00Z | 2026-11-30T08:00:00Z
            UTC                 | 0 9 * jan,Jul sun | 2026-11-27T17:45:00Z | 2027-01-03T09:00:00Z
            UTC                 | 0 0 * * 7      | 2026-11-27T00:00:00Z | 2026-11-29T00:00:00Z
            UTC                 | 0 0 * * 0      | 2026-11-27T00:00:00Z | 2026-11-29T00:00:00Z
            UTC                 | 0 9 * * SUN-THU | 2026-11-26T10:00:00Z | 2026-11-29T09:00:00Z
            UTC                 | 0 9 * * sun-mon,wed | 2026-11-30T10:00:00Z | 2026-12-02T09:00:00Z
            UTC                 | 0 9 * * MON-SUN | 2026-11-28T10:00:00Z | 2026-11-29T09:00:00Z
            UTC                 | 0 0 13 * FRI   | 2026-11-28T00:00:00Z | 2026-12-04T00:00:00Z
            UTC                 | 0 0 31 * *     | 2026-11-28T00:00:00Z | 2026-12-31T00:00:00Z
            UTC                 | 10-20/5,50 30 2 * * * | 2026-11-28T02:30:15Z | 2026-11-28T02:30:20Z
            UTC                 | 10-20/5,50 30 2 * * * | 2026-11-28T02:30:50Z | 2026-11-29T02:30:10Z
            Asia/Kathmandu      | 0 0 * * *      | 2026-11-28T00:00:00Z | 2026-11-28T18:15:00Z
            """)
    void isDueNextAt(String zone, String cron, String after, String due) {
        assertThat(timing(zone, cron).after(Instant.parse(after))).contains(Instant.parse(due));
    }

    @Test
    void hourThatIsLeftOutInBerlinIsDueOnce() {
        assertThat(from("Europe/Berlin", "30 2 * * *", "2026-03-28T00:00:00Z", 3))
                .containsExactly("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
        assertThat(from("Europe/Berlin", "*/20 * * * *", "2026-03-29T00:30:00Z", 4))
                .containsExactly(
                        "2026-03-29T00:40:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:20:00Z", "2026-03-29T01:40:00Z");
    }

    @Test
    void hourThatComesTwiceInBerlinIsDueOnce() {
        assertThat(from("Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00Z", 2))
                .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
        assertThat(from("Europe/Berlin", "*/20 * * * *", "2026-10-25T00:30:00Z", 3))
                .containsExactly("2026-10-25T00:40:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:20:00Z");
    }

    @Test
    void secondsOfAnHourThatComesTwiceAreLeftOutTheSecondTime() {
        assertThat(from("Europe/Berlin", "* * * * * *", "2026-10-25T00:59:58Z", 2))
                .containsExactly("2026-10-25T00:59:59Z", "2026-10-25T02:00:00Z");
        assertThat(from("Europe/Berlin", "* * * * * *", "2026-10-25T01:30:00.25Z", 1))
                .containsExactly("2026-10-25T02:00:00Z");
    }

    @Test
    void sydneyChangesItsClocksInTheOtherHalfOfTheYear() {
        assertThat(from("Australia/Sydney", "30 2 * * *", "2026-10-02T20:00:00Z", 2))
                .containsExactly("2026-10-03T16:00:00Z", "2026-10-04T15:30:00Z");
        assertThat(from("Australia/Sydney", "30 2 * * *", "2026-04-03T20:00:00Z", 2))
                .containsExactly("2026-04-04T15:30:00Z", "2026-04-05T16:30:00Z");
    }

    @Test
    void lordHoweChangesItsClocksByHalfAnHour() {
        assertThat(from("Australia/Lord_Howe", "15 2 * * *", "2026-10-02T20:00:00Z", 2))
                .containsExactly("2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z");
        assertThat(from("Australia/Lord_Howe", "45 1 * * *", "2026-04-03T20:00:00Z", 2))
                .containsExactly("2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z");
    }

    @Test
    void everyTimeComesAfterTheOneBefore() {
        for (String zone : List.of("Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia")) {
            Timing timing = timing(zone, "*/7 * * * *");
            Instant before = Instant.parse("2026-03-01T00:00:00Z");
            for (int i = 0; i < 20_000; i++) {
                Instant next = timing.after(before).orElseThrow();
                assertThat(next).isAfter(before);
                before = next;
            }
        }
    }

    @Test
    void sayingEachSecondAndEveryMinuteAgreeWithTheExpressionAsAWhole() {
        Timing timing = timing("UTC", "*/7 1-59/13 */5 * * *");
        Instant time = Instant.parse("2026-11-28T00:00:00Z");
        for (int i = 0; i < 300; i++) {
            time = timing.after(time).orElseThrow();
            ZonedDateTime shown = time.atZone(ZoneOffset.UTC);
            assertThat(shown.getSecond() % 7).isZero();
            assertThat((shown.getMinute() - 1) % 13).isZero();
            assertThat(shown.getHour() % 5).isZero();
        }
        assertThat(time).isEqualTo(Instant.parse("2026-11-29T05:40:14Z"));
    }

    @Test
    void isNeverDueAfterTheLastOfAllTimes() {
        assertThat(timing("UTC", "0 0 * * *").after(Instant.MAX)).isEqualTo(Optional.empty());
    }

    private static List<String> from(String zone, String cron, String after, int count) {
        List<String> found = new ArrayList<>();
        Instant time = Instant.parse(after);
        for (int i = 0; i < count; i++) {
            time = timing(zone, cron).after(time).orElseThrow();
            found.add(time.toString());
        }
        return found;
    }

    private static Timing timing(String zone, String cron) {
        return new CronTiming(CronExpression.read(cron), ZoneId.of(zone));
    }
}
