package dev.postroad.runtime.schedule;

import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.util.List;

/** Reads the definitions of schedules that Postgres holds. */
final class StoredDefinitions {
    private StoredDefinitions() {}

    /**
     * Reads one.
     *
     * @throws FaultsException where this release cannot read it
     */
    static ScheduleDefinition read(String stored) throws FaultsException {
        if (Definitions.readAccepted(Json.read(stored)) instanceof ScheduleDefinition schedule) {
            return schedule;
        }
        throw new FaultsException(
                List.of(new Fault("schedule", "is missing: this defines something else", "publish the schedule anew")));
    }
}
