package dev.postroad.engine.expression;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The expressions over the same names that were compiled last, by their texts. CEL's check builds its whole library anew for
 * each, which takes more than all else there is to compiling a graph; and the versions of a graph have most of their
 * expressions in common. What is kept is the same for everybody, as expressions never change. Thread-safe.
 */
final class Compiled {
    private static final int MOST = 500;
    /** In characters: the longer a text, the less likely is it to come again, and the more does it take to keep. */
    private static final int LONGEST = 300;

    private final Language language;
    private final Map<String, Expression> kept = new LinkedHashMap<>(MOST, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Expression> eldest) {
            return size() > MOST;
        }
    };

    Compiled(Language language) {
        this.language = language;
    }

    Language language() {
        return language;
    }

    Expression get(String text) throws ExpressionException {
        synchronized (kept) {
            Expression known = kept.get(text);
            if (known != null) {
                return known;
            }
        }
        // Not under the lock: two may compile the same, and the others need not wait.
        Expression compiled = Expression.compile(text, language);
        if (text.length() <= LONGEST) {
            synchronized (kept) {
                kept.put(text, compiled);
            }
        }
        return compiled;
    }
}
