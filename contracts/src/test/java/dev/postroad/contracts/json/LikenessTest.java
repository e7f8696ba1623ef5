package dev.postroad.contracts.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LikenessTest {
    private static final List<String> NAMES = List.of("watch", "batch", "run", "runs");

    @Test
    void theNearestIsGivenAndOfSeveralTheFirstByItsLetters() {
        assertThat(Likeness.nearest("wacth", NAMES, 2)).contains("watch");
        assertThat(Likeness.nearest("atch", NAMES, 1)).contains("batch");
        assertThat(Likeness.nearest("runs", NAMES, 2)).contains("runs");
    }

    @Test
    void whatSharesNoLetterWithANameIsNotLikeIt() {
        assertThat(Likeness.nearest("xyz", NAMES, 9)).isEmpty();
        assertThat(Likeness.nearest("", NAMES, 9)).isEmpty();
        assertThat(Likeness.nearest("x".repeat(1_000_000), NAMES, 2)).isEmpty();
    }
}
