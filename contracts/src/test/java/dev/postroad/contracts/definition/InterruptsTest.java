package dev.postroad.contracts.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterruptsTest {
    @ParameterizedTest
    @ValueSource(strings = {"all", "*"})
    void stopsAtEveryNode(String every) {
        Interrupts interrupts = Interrupts.of(List.of(every));
        assertThat(interrupts.matches(Set.of("a"))).isTrue();
        assertThat(interrupts.matches(Set.of())).isFalse();
        assertThat(interrupts.isEmpty()).isFalse();
    }

    @Test
    void stopsAtTheNodesThatAreNamed() {
        Interrupts interrupts = Interrupts.of(List.of("a", "all"));
        assertThat(interrupts.matches(List.of("b", "a"))).isTrue();
        assertThat(interrupts.matches(List.of("b"))).isFalse();
        assertThat(interrupts).isEqualTo(new Interrupts(false, Set.of("a", "all")));
    }

    @Test
    void stopsNowhereUnlessTold() {
        assertThat(Interrupts.of(List.of())).isEqualTo(Interrupts.NONE);
        assertThat(Interrupts.NONE.matches(Set.of("a"))).isFalse();
        assertThat(Interrupts.NONE.isEmpty()).isTrue();
    }
}
