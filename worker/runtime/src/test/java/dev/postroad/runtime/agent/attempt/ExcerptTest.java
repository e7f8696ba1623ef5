package dev.postroad.runtime.agent.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ExcerptTest {
    @Test
    void isShortAndNeverCutsACharacterInTwo() {
        assertThat(Excerpt.PLAIN.of("😀".repeat(500))).isEqualTo("😀".repeat(500));
        assertThat(Excerpt.PLAIN.of("😀".repeat(501))).isEqualTo("😀".repeat(500) + "…");
    }

    @Test
    void isStorableWhateverCame() {
        assertThat(Excerpt.PLAIN.of("a\u0000b\nc\ud800d")).isEqualTo("a b c\ufffdd");
    }

    @Test
    void hidesSecretsBeforeItIsCut() {
        Excerpt excerpt = new Excerpt(List.of("topsecret", "abc"));

        assertThat(excerpt.of("x".repeat(495) + "topsecret")).isEqualTo("x".repeat(495) + "***");
        assertThat(excerpt.of("abc stays, as hiding it would hide nothing")).startsWith("abc");
    }
}
