package dev.postroad.bench.chaos;

import dev.postroad.contracts.json.FaultsException;

/** A new version of the graph is published, which does the same: runs that are under way stay with theirs. */
final class ChangedDefinitions implements Fault {
    @Override
    public String name() {
        return "definitions changed";
    }

    @Override
    public void strike(Scene scene) throws InterruptedException {
        try {
            scene.place()
                    .publish(ChaosGraph.FORKED.described(
                            "version " + scene.random().nextLong()));
        } catch (FaultsException unsound) {
            throw new IllegalStateException(unsound);
        }
    }
}
