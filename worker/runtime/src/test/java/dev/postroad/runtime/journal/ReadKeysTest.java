package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class ReadKeysTest {
    @Test
    void whatManyRunsHaveInCommonIsReadOnce() {
        ReadKeys keys = new ReadKeys();
        LimitKeys first = keys.of("[\"\", \"acme\"]");
        assertThat(first.keys()).containsExactly("", "acme");
        assertThat(keys.of(String.join("", "[\"\", ", "\"acme\"]"))).isSameAs(first);
        assertThat(keys.of("[\"globex\"]").keys()).containsExactly("globex");
        assertThat(keys.of(null)).isEqualTo(LimitKeys.NONE);
    }
}
