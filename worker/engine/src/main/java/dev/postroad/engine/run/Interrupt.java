package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A question to a person that is open.
 *
 * @param id what a {@code resume} names it by; unique in the run
 * @param question what the agent or the node's expression gave
 */
public record Interrupt(String id, String node, String task, JsonNode question) {}
