package dev.postroad.contracts.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people write to steer a schedule. */
class ScheduleCommandTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '@', textBlock = """
            {'type':'pause-schedule','schedule':'nightly','reasn':'holidays'}                          | reasn: is no known field; write reason
            {'type':'trigger-schedule','schedul':'nightly'}                                            | schedul: is no known field; write schedule
            {'type':'backfill-schedule','schedule':'n','from':'2026-01-02T00:00:00Z','until':'2026-01-03T00:00:00Z'} | until: is no known field; write to
            {'type':'backfill-schedule','schedule':'n','from':'2026-01-02T00:00:00Z','to':'tomorrow'}  | to: is "tomorrow"; write it like 2026-01-31T12:00:00Z
            {'type':'backfill-schedule','schedule':'n','from':'2026-01-02T00:00:00Z','to':'2026-01-01T00:00:00Z'} | to: is before from; say the earlier time first""")
    void tellsOneFaultForOneSlip(String message, String fault) {
        assertThatThrownBy(() -> ScheduleCommand.read(Json.read(message.replace('\'', '"'))))
                .isInstanceOfSatisfying(
                        FaultsException.class,
                        told -> assertThat(told.faults()).singleElement().hasToString(fault));
    }

    @Test
    void passesOverFieldsOfLaterReleases() throws FaultsException {
        String message = "{\"type\":\"backfill-schedule\",\"schedule\":\"n\",\"pace\":3,"
                + "\"from\":\"2026-01-02T00:00:00Z\",\"to\":\"2026-01-03T00:00:00Z\"}";
        assertThat(ScheduleCommand.read(Json.read(message)).action())
                .isEqualTo(new ScheduleCommand.Backfill(
                        Instant.parse("2026-01-02T00:00:00Z"), Instant.parse("2026-01-03T00:00:00Z")));
    }
}
