package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import java.util.List;

/** What a record on the registry topic is about, such as {@code agent/researcher}. Immutable. */
public record RegistryKey(Kind kind, String name) {
    /** What can be published. */
    public enum Kind {
        GRAPH("graph/"),
        AGENT("agent/"),
        SCHEDULE("schedule/"),
        PRICE("price/");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }

        private boolean isLegal(String name) {
            return (this == PRICE ? Names.MODEL : Names.NAME).matcher(name).matches();
        }

        private String rule() {
            return this == PRICE ? Names.MODEL_RULE : Names.NAME_RULE;
        }
    }

    /**
     * Reads a key.
     *
     * @throws FaultsException where it is none
     */
    public static RegistryKey read(String text) throws FaultsException {
        for (Kind kind : Kind.values()) {
            if (text.startsWith(kind.prefix)) {
                String name = text.substring(kind.prefix.length());
                if (kind.isLegal(name)) {
                    return new RegistryKey(kind, name);
                }
                throw new FaultsException(List.of(
                        new Fault("", "the key " + Fields.quoted(text) + " has no legal name", "use " + kind.rule())));
            }
        }
        throw new FaultsException(List.of(new Fault(
                "",
                "the key " + Fields.quoted(text) + " is none of the registry",
                "use agent/NAME, graph/NAME, schedule/NAME or price/MODEL")));
    }

    /** The key as it stands on the topic. */
    @Override
    public String toString() {
        return kind.prefix + name;
    }
}
