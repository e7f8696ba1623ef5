package dev.postroad.embedded;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Makes the simulated model's prose: sentences of a role's voice, with what the prompt is about filled in. */
final class Voices {
    private static final int SENTENCES = 5;
    private static final Set<String> REVISING_ROLES = Set.of("copywriter", "designer", "marketer", "seo");
    private static final Map<String, List<String>> BY_ROLE = load();

    private Voices() {}

    /** A paragraph; the voice's first sentence leads, and the prompt decides which others follow. */
    static String paragraph(Prompt prompt) {
        List<String> voice = voice(prompt);
        List<String> others = new ArrayList<>(voice.subList(1, voice.size()));
        Collections.rotate(others, Math.floorMod(prompt.seed(), others.size()));
        List<String> chosen = new ArrayList<>(List.of(voice.getFirst()));
        if (prompt.revision().orElse(1) > 1 && REVISING_ROLES.contains(prompt.role())) {
            chosen.add("This version answers the review: shorter sentences, one claim in each, a clear next step.");
        }
        chosen.addAll(others.subList(0, Math.min(SENTENCES - 1, others.size())));
        return fill(String.join(" ", chosen), prompt);
    }

    /** One sentence; which one depends on the prompt and on what it is for. */
    static String sentence(Prompt prompt, String purpose) {
        List<String> voice = voice(prompt);
        return fill(voice.get(Math.floorMod(prompt.seed() + purpose.hashCode(), voice.size())), prompt);
    }

    private static List<String> voice(Prompt prompt) {
        return BY_ROLE.getOrDefault(prompt.role(), Objects.requireNonNull(BY_ROLE.get("assistant")));
    }

    private static String fill(String sentences, Prompt prompt) {
        List<String> subjects = prompt.subjects(3);
        String filled = sentences
                .replace("{product}", prompt.product())
                .replace("{audience}", prompt.audience())
                .replace("{first}", subjects.get(0))
                .replace("{second}", subjects.get(1))
                .replace("{third}", subjects.get(2));
        return filled.substring(0, 1).toUpperCase(Locale.ROOT) + filled.substring(1);
    }

    private static Map<String, List<String>> load() {
        try (InputStream resource = Voices.class.getResourceAsStream("simulated-voices.json")) {
            return new ObjectMapper().readValue(resource, new TypeReference<>() {});
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }
}
