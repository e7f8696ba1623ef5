package dev.postroad.engine.expression;

/**
 * Finds one text in another in time that grows with their lengths, not with the product of them (Knuth, Morris and
 * Pratt); a short one is left to the JDK, which is faster.
 */
final class TextSearch {
    private static final int SHORT = 16;

    private final String wanted;
    private final int[] fallbacks;

    TextSearch(Budget budget, String wanted) {
        budget.read(wanted);
        this.wanted = wanted;
        this.fallbacks = wanted.length() <= SHORT ? new int[0] : fallbacks(budget, wanted);
    }

    private static int[] fallbacks(Budget budget, String wanted) {
        budget.bytes(4L * wanted.length());
        budget.steps(wanted.length() / 4);
        int[] fallbacks = new int[wanted.length()];
        for (int i = 1, matched = 0; i < wanted.length(); i++) {
            while (matched > 0 && wanted.charAt(i) != wanted.charAt(matched)) {
                matched = fallbacks[matched - 1];
            }
            if (wanted.charAt(i) == wanted.charAt(matched)) {
                matched++;
            }
            fallbacks[i] = matched;
        }
        return fallbacks;
    }

    /** Where the text is first found from {@code from} on, in chars; -1 where it is not. */
    int in(Budget budget, String text, int from) {
        budget.require(text.length() / 8L);
        int found = fallbacks.length == 0 ? text.indexOf(wanted, from) : search(text, from);
        budget.steps(1
                + ((found < 0 ? text.length() : found) - Math.min(from, text.length()))
                        / (fallbacks.length == 0 ? 8L : 2L));
        return found;
    }

    private int search(String text, int from) {
        int matched = 0;
        for (int i = from; i < text.length(); i++) {
            while (matched > 0 && text.charAt(i) != wanted.charAt(matched)) {
                matched = fallbacks[matched - 1];
            }
            if (text.charAt(i) == wanted.charAt(matched)) {
                matched++;
            }
            if (matched == wanted.length()) {
                return i - matched + 1;
            }
        }
        return -1;
    }
}
