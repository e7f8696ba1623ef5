package dev.postroad.runtime.access;

import java.util.Arrays;
import java.util.Optional;

/** What a caller may do; each may also do what those before it may. */
public enum Role {
    /** Looks. */
    READER("reader", "a reader"),
    /** Starts and steers runs, and answers for people. */
    OPERATOR("operator", "an operator"),
    /** Says which graphs, agents and schedules there are. */
    ADMIN("admin", "an admin");

    private final String publicName;
    private final String withArticle;

    Role(String publicName, String withArticle) {
        this.publicName = publicName;
        this.withArticle = withArticle;
    }

    /** The name in the list of tokens. */
    public String publicName() {
        return publicName;
    }

    /** The name as a sentence says it. */
    public String withArticle() {
        return withArticle;
    }

    /** Whether whoever has this role may do what asks for another one. */
    public boolean includes(Role needed) {
        return compareTo(needed) >= 0;
    }

    /** The role of a name; empty where there is none. */
    public static Optional<Role> of(String publicName) {
        return Arrays.stream(values())
                .filter(role -> role.publicName.equals(publicName))
                .findFirst();
    }
}
