package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run was asked for.
 *
 * @param timeout the longest that the run may take; null for no limit
 */
public record Admission(
        ObjectNode input, int priority, @Nullable Duration timeout, Map<String, String> tags, Origin origin) {
    public Admission {
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }
}
