package dev.postroad.contracts.agent;

/**
 * What an agent consumed in one attempt.
 *
 * @param inputTokens tokens read, 0 or more
 * @param outputTokens tokens written, 0 or more
 */
public record Usage(long inputTokens, long outputTokens) {
    /** Nothing consumed, or not known. */
    public static final Usage NONE = new Usage(0, 0);

    public Usage {
        if (inputTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException("token counts must be 0 or more: " + inputTokens + ", " + outputTokens);
        }
    }
}
