package dev.postroad.engine.expression;

import dev.cel.common.types.CelKind;
import org.jspecify.annotations.Nullable;

/** What an expression may give, as JSON has it. */
public enum Given {
    TRUTH("true or false"),
    NUMBER("a number"),
    TEXT("a text"),
    LIST("a list"),
    OBJECT("an object"),
    NULL("null");

    private final String name;

    Given(String name) {
        this.name = name;
    }

    /** What CEL's type check found; null where that leaves it open. */
    static @Nullable Given of(CelKind kind) {
        return switch (kind) {
            case BOOL -> TRUTH;
            case INT, UINT, DOUBLE -> NUMBER;
            case STRING -> TEXT;
            case LIST -> LIST;
            case MAP -> OBJECT;
            case NULL_TYPE -> NULL;
            default -> null;
        };
    }

    /** As a sentence has it. */
    @Override
    public String toString() {
        return name;
    }
}
