package dev.postroad.embedded;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the simulated model understands of a prompt: a role, a few facts, a number of the revision, and loose words. */
record Prompt(String system, String user) {
    private static final Pattern ROLE = Pattern.compile("(?i)\\byou are (?:the|an?) ([\\w-]+)");
    private static final Pattern REVISION = Pattern.compile("(?i)\\brevision\\b\\W{0,4}(\\d{1,3})\\b");
    private static final Pattern WORD = Pattern.compile("\\p{L}{6,20}");

    private static final Set<String> SYSTEM_ROLES = Set.of("system", "developer");

    /** Words that prompts are made of, rather than their subject. */
    private static final Set<String> NOT_A_SUBJECT = Set.of(
            "answer",
            "audience",
            "before",
            "because",
            "between",
            "content",
            "design",
            "feedback",
            "former",
            "message",
            "please",
            "product",
            "publish",
            "results",
            "review",
            "revision",
            "should",
            "strategy",
            "summary",
            "system",
            "through",
            "without",
            "writing",
            "written");

    static Prompt of(ChatRequest request) {
        Map<Boolean, String> texts = request.messages().stream()
                .collect(Collectors.partitioningBy(
                        message -> SYSTEM_ROLES.contains(message.role()),
                        Collectors.mapping(ChatRequest.Message::text, Collectors.joining("\n"))));
        return new Prompt(texts.getOrDefault(true, ""), texts.getOrDefault(false, ""));
    }

    /** In lower case; "assistant" where the system prompt gives none. */
    String role() {
        Matcher role = ROLE.matcher(system);
        return role.find() ? role.group(1).toLowerCase(Locale.ROOT) : "assistant";
    }

    String product() {
        return fact("product", "the product");
    }

    String audience() {
        return fact("audience", "the people it is for");
    }

    /** The largest number that follows the word "revision". */
    OptionalInt revision() {
        return REVISION.matcher(system + "\n" + user)
                .results()
                .mapToInt(found -> Integer.parseInt(found.group(1)))
                .max();
    }

    /**
     * The words that the prompt uses most, beside the names of the product and the audience. There are always as many as
     * asked for, up to three.
     */
    List<String> subjects(int count) {
        String named = (product() + " " + audience()).toLowerCase(Locale.ROOT);
        Map<String, Long> uses = WORD.matcher(user)
                .results()
                .map(MatchResult::group)
                .map(word -> word.toLowerCase(Locale.ROOT))
                .filter(word -> !NOT_A_SUBJECT.contains(word) && !named.contains(word))
                .collect(Collectors.groupingBy(word -> word, LinkedHashMap::new, Collectors.counting()));
        List<String> subjects = new ArrayList<>(uses.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(count)
                .map(Map.Entry::getKey)
                .toList());
        List.of("clarity", "reliability", "speed").stream()
                .limit(count - subjects.size())
                .forEach(subjects::add);
        return subjects;
    }

    /** A number that depends on every character, the same in every JVM. */
    int seed() {
        return (system + "\n" + user).hashCode();
    }

    /** From "Product: Postroad" on a line, or from {@code "product": "Postroad"} within JSON. */
    private String fact(String name, String otherwise) {
        Matcher fact = Pattern.compile("(?i)\\b" + name + "[\"']?\\s*[:=]\\s*[\"']?([^\"'\\n;{}\\[\\]]{1,120})")
                .matcher(user);
        if (!fact.find()) {
            return otherwise;
        }
        String value = fact.group(1).strip().replaceAll("[.,]+$", "");
        return value.isEmpty() ? otherwise : value;
    }
}
