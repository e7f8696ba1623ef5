package dev.postroad.runtime.debounce;

import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A trigger as it stands in Postgres.
 *
 * @param shard of which it was read
 * @param since see {@link Rival#since}
 * @param begun whether it runs whatever comes
 * @param supersededBy the place of the record because of which it does not run; null where it may run
 */
record HeldRow(
        HeldTrigger trigger,
        int shard,
        Instant since,
        boolean begun,
        @Nullable String supersededBy) {
    /** What tells it from all others. */
    record Id(String target, String key, String runId, int partition, long offset) {
        static Id of(HeldTrigger held) {
            return new Id(
                    held.target(),
                    held.key(),
                    held.runId(),
                    held.origin().partition(),
                    held.origin().offset());
        }
    }

    Id id() {
        return Id.of(trigger);
    }

    Rival rival() {
        return new Rival(trigger, begun, since);
    }

    boolean mayRun() {
        return supersededBy == null;
    }

    HeldRow supersededBy(String place) {
        return new HeldRow(trigger, shard, since, begun, place);
    }

    HeldRow since(Instant earlier) {
        return new HeldRow(trigger, shard, earlier, begun, supersededBy);
    }

    String json() {
        return new String(Json.bytes(trigger.trigger().toJson()), StandardCharsets.UTF_8);
    }
}
