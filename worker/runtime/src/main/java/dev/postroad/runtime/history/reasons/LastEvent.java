package dev.postroad.runtime.history.reasons;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The newest event of some types. */
record LastEvent(Instant at, JsonNode data) {
    /** A list of names as a sentence has it. */
    String names(String field) {
        List<String> names = new ArrayList<>();
        data.path(field).forEach(name -> names.add(name.asText()));
        return String.join(", ", names);
    }
}
