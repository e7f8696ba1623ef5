package dev.postroad.runtime.access;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.Fields;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One line of the list of tokens: {@code name:role[:tag=value…]:token-hash}. Two lines may have one name, so that an old
 * token and a new one hold for a while.
 *
 * @param whose who calls with the token
 */
public record TokenLine(Principal whose, TokenHash hash) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,99}");
    private static final String NAME_RULE = "use 1 to 100 of A-Z a-z 0-9 . _ @ -, not beginning with . _ @ -";
    private static final String FORM = "write name:role[:tag=value…]:token-hash, as postroad token prints it";
    private static final int LEAST_PARTS = 3;

    /** A line and the token whose hash it holds, which stands nowhere else. */
    public record New(String token, String line) {}

    /**
     * Makes a token, and its line.
     *
     * @throws IllegalArgumentException where the line would not be read; the message says what to do
     */
    public static New generate(String name, Role role, Map<String, String> tags, SecureRandom random) {
        String token = TokenHash.newToken(random);
        StringBuilder line = new StringBuilder(name).append(':').append(role.publicName());
        tags.forEach((tag, value) -> line.append(':').append(tag).append('=').append(value));
        line.append(':').append(TokenHash.of(token).hex());
        List<Fault> faults = new ArrayList<>();
        Optional<TokenLine> read = read(line.toString(), "", faults);
        boolean isSame = read.map(TokenLine::whose)
                .filter(new Principal(name, Principal.Kind.NAMED, role, tags)::equals)
                .isPresent();
        if (!isSame) {
            throw new IllegalArgumentException(
                    faults.isEmpty()
                            ? "a tag or its value holds a colon, or a line's end; leave it out"
                            : faults.getFirst().problem() + "; "
                                    + faults.getFirst().remedy());
        }
        return new New(token, line.toString());
    }

    /** Reads a line; notes what is wrong with it, without repeating what may be a token. */
    static Optional<TokenLine> read(String line, String place, List<Fault> faults) {
        List<String> parts = Arrays.asList(line.split(":", -1));
        if (parts.size() < LEAST_PARTS || line.lines().count() != 1) {
            faults.add(new Fault(place, "is no line of a token", FORM));
            return Optional.empty();
        }
        String name = parts.getFirst();
        Optional<Role> role = Role.of(parts.get(1));
        int before = faults.size();
        if (!NAME.matcher(name).matches()) {
            faults.add(new Fault(place, "begins with no name", NAME_RULE));
        }
        if (role.isEmpty()) {
            faults.add(new Fault(place, "names no role for " + Fields.quoted(name), "use reader, operator or admin"));
        }
        Map<String, String> tags = tags(parts.subList(2, parts.size() - 1), place, faults);
        if (!TokenHash.isOne(parts.getLast())) {
            faults.add(new Fault(
                    place,
                    "ends in no hash of a token",
                    "end it with the SHA-256 of the token, 64 hexadecimal digits, as postroad token prints it"));
        }
        return faults.size() > before || role.isEmpty()
                ? Optional.empty()
                : Optional.of(new TokenLine(
                        new Principal(name, Principal.Kind.NAMED, role.get(), tags), TokenHash.read(parts.getLast())));
    }

    private static Map<String, String> tags(List<String> parts, String place, List<Fault> faults) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (String part : parts) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                faults.add(new Fault(place, "has no tag between its role and its hash", "write tag=value"));
            } else if (tags.putIfAbsent(part.substring(0, equals), part.substring(equals + 1)) != null) {
                faults.add(new Fault(place, "names a tag twice", "keep one of the two"));
            }
        }
        return tags;
    }
}
