package dev.postroad.contracts.definition;

import java.util.Locale;

/** How the writes of one superstep change a channel. */
public enum Reducer {
    /** Replaces the value; two writes in one superstep are a conflict. */
    LAST,
    /** Appends a list's elements, or a single value. */
    APPEND,
    /** Adds numbers. */
    SUM,
    /** Keeps the smaller number or text. */
    MIN,
    /** Keeps the larger number or text. */
    MAX,
    /** Merges an object's fields, the later ones winning. */
    MERGE,
    /** Appends the elements that are not there yet. */
    UNION,
    /** Messages by their {@code id}: one that is there is replaced, or removed, any other is appended. */
    MESSAGES,
    /** The graph's own: CEL over {@code old} and {@code new}, applied write by write. */
    EXPRESSION;

    /** The name in definitions, such as {@code append}. */
    public String publicName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
