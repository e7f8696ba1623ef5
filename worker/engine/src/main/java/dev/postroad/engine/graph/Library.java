package dev.postroad.engine.graph;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a graph may refer to. */
public interface Library {
    /** Whether there is an agent of this name. */
    boolean hasAgent(String name);

    /**
     * A published graph; null where there is none.
     *
     * @param version null for the newest
     */
    @Nullable
    Graph graph(String name, @Nullable Integer version);

    /** What JSON Schema says of answers of people. */
    default AnswerSchemas answerSchemas() {
        return AnswerSchemas.ANY;
    }

    /** A library that has agents, and no graphs. */
    static Library ofAgents(Predicate<String> agentExists) {
        return new Library() {
            @Override
            public boolean hasAgent(String name) {
                return agentExists.test(name);
            }

            @Override
            public @Nullable Graph graph(String name, @Nullable Integer version) {
                return null;
            }
        };
    }
}
