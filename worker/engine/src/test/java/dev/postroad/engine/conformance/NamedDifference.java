package dev.postroad.engine.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** Why a random case may come out otherwise than on LangGraph.js 1.7.3, and by what that is known. */
@NullMarked
enum NamedDifference {
    /** A run stops after a node that is named in interruptAfter; LangGraph.js does not where nothing would follow. */
    STOPS_AFTER_THE_LAST_NODE {
        @Override
        boolean explains(JsonNode recorded, int step) {
            return recorded.path("graph").has("interruptAfter")
                    && outcome(recorded, step).equals("completed");
        }
    },
    /** An empty fan-out counts as done for the joins behind its nodes; on LangGraph.js they never open. */
    FAN_OUT_OVER_NOTHING_IS_DONE {
        @Override
        boolean explains(JsonNode recorded, int step) {
            boolean empty =
                    recorded.path("steps").path(0).path("input").path("items").isEmpty();
            return empty && fannedOut(recorded).stream().anyMatch(node -> isJoined(recorded, node));
        }
    },
    /** What is under way when a sibling fails finishes its attempts and is kept; LangGraph.js stops it and loses it. */
    SIBLINGS_OF_A_FAILURE_FINISH {
        @Override
        boolean explains(JsonNode recorded, int step) {
            return failsUntil(recorded, step) && raises(recorded) > 1;
        }
    },
    /** A conflict fails the run when its superstep is over; LangGraph.js fails while a question of it is still open. */
    CONFLICT_WAITS_FOR_OPEN_QUESTIONS {
        @Override
        boolean explains(JsonNode recorded, int step) {
            JsonNode expected = recorded.path("expected").path(step - 1);
            return expected.path("error").path("type").asText().equals("InvalidUpdateError")
                    && !expected.path("interrupts").isEmpty();
        }
    };

    /**
     * Whether a case is of the kind.
     *
     * @param step the first that comes out otherwise, from 1
     */
    abstract boolean explains(JsonNode recorded, int step);

    private static String outcome(JsonNode recorded, int step) {
        return recorded.path("expected").path(step - 1).path("outcome").asText();
    }

    private static boolean failsUntil(JsonNode recorded, int step) {
        for (int i = 1; i <= step; i++) {
            if (outcome(recorded, i).equals("failed")) {
                return true;
            }
        }
        return false;
    }

    private static int raises(JsonNode recorded) {
        int count = 0;
        for (JsonNode node : recorded.path("graph").path("nodes")) {
            count += node.path("do").path(0).has("raise") ? 1 : 0;
        }
        return count;
    }

    private static List<String> fannedOut(JsonNode recorded) {
        List<String> nodes = new ArrayList<>();
        recorded.path("graph")
                .path("branches")
                .findValues("sendEach")
                .forEach(each -> nodes.add(each.path("node").asText()));
        return nodes;
    }

    private static boolean isJoined(JsonNode recorded, String node) {
        for (JsonNode join : recorded.path("graph").path("joins")) {
            for (JsonNode source : join.path("from")) {
                if (source.asText().equals(node)) {
                    return true;
                }
            }
        }
        return false;
    }
}
