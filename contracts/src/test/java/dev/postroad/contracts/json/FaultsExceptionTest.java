package dev.postroad.contracts.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FaultsExceptionTest {
    private static final int MANY = 20_000;
    private static final int MOST_CHARACTERS = 50_000;

    @Test
    void saysTheFirstTwentyFaultsAndHowManyMore() {
        FaultList faults = new FaultList();
        Fields.of(manyFields(), "", faults).onlyKnown(Set.of("a"));
        FaultsException thrown = new FaultsException(faults);
        assertThat(thrown.faults()).hasSize(21);
        assertThat(thrown.faults().getFirst()).isEqualTo(new Fault("f0", "is no known field", "use one of a"));
        assertThat(thrown.faults().getLast())
                .isEqualTo(new Fault("", "19980 more things are wrong", "correct these first"));
        assertThat(thrown)
                .hasMessageEndingWith(
                        "f19: is no known field; use one of a\n" + "19980 more things are wrong; correct these first");
    }

    @Test
    void boundsAListThatNobodyBoundedBefore() {
        List<Fault> all = new ArrayList<>();
        IntStream.range(0, MANY).forEach(i -> all.add(new Fault("f" + i, "x".repeat(10_000), "y".repeat(10_000))));
        FaultsException thrown = new FaultsException(all);
        assertThat(thrown.faults()).hasSize(21);
        assertThat(thrown.getMessage()).hasSizeLessThan(MOST_CHARACTERS);
    }

    @Test
    void countsWhatPartsDidNotKeepEither() {
        FaultList part = new FaultList();
        Fields.of(manyFields(), "", part).onlyKnown(Set.of());
        FaultList whole = new FaultList();
        whole.add(new Fault("other", "is wrong", "correct it"));
        whole.addAll(new FaultsException(part), "[3]");
        assertThat(whole).hasSize(20).element(1).extracting(Fault::place).isEqualTo("[3].f0");
        assertThat(new FaultsException(whole).faults().getLast().problem()).isEqualTo("19981 more things are wrong");
    }

    @Test
    void sayNothingOfMoreWhereThereIsNone() {
        FaultsException thrown = new FaultsException(List.of(new Fault("a", "is wrong", "correct it")));
        assertThat(thrown.faults()).hasSize(1);
        assertThat(thrown).hasMessage("a: is wrong; correct it");
    }

    @Test
    void cutsWhatAUserWroteAndSplitsNoCharacter() {
        String pairs = "\ud83d\ude00".repeat(1_000);
        ObjectNode object = JsonNodeFactory.instance.objectNode().put("x" + pairs, 1);
        FaultList faults = new FaultList();
        Fields.of(object, "", faults).onlyKnown(Set.of());
        assertThat(faults.getFirst().place()).isEqualTo("x" + "\ud83d\ude00".repeat(49) + "…");
    }

    @Test
    void namesTheFirstOfManyNames() {
        List<String> names = IntStream.range(0, MANY).mapToObj(i -> "n" + i).toList();
        assertThat(Shown.names(names)).startsWith("n0, n1, ").endsWith(", n19 and 19980 more");
        assertThat(Shown.names(List.of("a", "b"))).isEqualTo("a, b");
        assertThat(Shown.names(List.of("z".repeat(500)))).isEqualTo("z".repeat(100) + "…");
    }

    private static ObjectNode manyFields() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        IntStream.range(0, MANY).forEach(i -> object.put("f" + i, i));
        return object;
    }
}
