package dev.postroad.cli.arguments;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which version of their graph the runs go by that are meant. */
sealed interface GraphVersionOption {
    String name();

    /** Null for any. */
    @Nullable
    Integer version();

    /** By the usual name. */
    final class Plain implements GraphVersionOption {
        private static final String NAME = "--graph-version";

        @Option(names = NAME, paramLabel = "N", description = "Only those of this version of their graph.")
        private @Nullable Integer version;

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public @Nullable Integer version() {
            return version;
        }
    }

    /** Of commands to which the usual name is the version that runs are taken to. */
    final class From implements GraphVersionOption {
        private static final String NAME = "--from-graph-version";

        @Option(names = NAME, paramLabel = "N", description = "Only those that go by this version of their graph.")
        private @Nullable Integer version;

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public @Nullable Integer version() {
            return version;
        }
    }
}
