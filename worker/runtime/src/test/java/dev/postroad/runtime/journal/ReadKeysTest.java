package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class ReadKeysTest {
    @Test
    void whatManyRunsHaveInCommonIsReadOnce() {
        ReadKeys keys = new ReadKeys();
        List<String> first = keys.of("[\"\", \"acme\"]");
        assertThat(first).containsExactly("", "acme");
        assertThat(keys.of(String.join("", "[\"\", ", "\"acme\"]"))).isSameAs(first);
        assertThat(keys.of("[\"globex\"]")).containsExactly("globex");
        assertThat(keys.of(null)).isEmpty();
    }
}
