package dev.postroad.runtime.access;

import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows callers by their tokens, of which it has no more than hashes. Thread-safe.
 *
 * <p>The file is read again and again. One that cannot be read, or that has faults, changes nothing: those who were known
 * stay known, and the log says what is wrong. One that is there and empty knows nobody.
 */
public final class Tokens {
    private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);

    private final TokenSettings settings;
    private final List<TokenLine> fixed;
    private volatile List<TokenLine> known;
    private String trouble = "";

    public Tokens(TokenSettings settings) {
        this.settings = settings;
        this.fixed = new ArrayList<>(settings.lines());
        if (settings.shared() != null) {
            fixed.add(new TokenLine(Principal.SHARED, TokenHash.of(settings.shared())));
        }
        known = List.copyOf(fixed);
        reload();
    }

    /** Whether callers need a token. */
    public boolean areAsked() {
        return settings.areAsked();
    }

    /** Who calls with a token; empty where nobody has it. Takes as long for one that is nearly right as for any other. */
    public Optional<Principal> principal(String token) {
        TokenHash given = TokenHash.of(token);
        Principal found = null;
        for (TokenLine line : known) {
            // All of them are looked at, whichever it is.
            if (line.hash().isSame(given)) {
                found = line.whose();
            }
        }
        return Optional.ofNullable(found);
    }

    /** Reads the file again, where there is one. */
    public synchronized void reload() {
        Path file = settings.file();
        if (file == null) {
            return;
        }
        try {
            List<TokenLine> lines = new ArrayList<>(fixed);
            lines.addAll(TokenSettings.read(file));
            if (!lines.equals(known)) {
                known = List.copyOf(lines);
                LOG.info("{} tokens are known to callers, by {}", lines.size(), file);
            }
            trouble = "";
        } catch (IOException unreadable) {
            tell(file + " cannot be read (" + unreadable + ")");
        } catch (FaultsException unsound) {
            tell(file + " is not as it should be: " + unsound.getMessage());
        }
    }

    private void tell(String what) {
        if (!what.equals(trouble)) {
            trouble = what;
            LOG.error("the tokens of before stay: {}", what);
        }
    }
}
