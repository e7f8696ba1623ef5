package dev.postroad.runtime.agent.attempt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What definitions may refer to. Whatever is listed, the worker's own secrets are never given: they are known by their
 * values, whatever they are called, and by their files, wherever they lie. Immutable.
 */
public final class SecretRules {
    private static final Pattern SEPARATOR = Pattern.compile("[,\\s]+");
    /** Of variables, where nothing is listed. */
    public static final String OF_AGENTS = "POSTROAD_AGENT_";

    /** Refuses nothing. */
    public static final SecretRules NONE =
            new SecretRules(List.of(Glob.of("*")), List.of(Glob.of("*")), List.of(), List.of());

    private static final String OF_VARIABLES = "env:";
    private static final String OF_FILES = "file:";

    /** Shorter ones are somebody's only if they are the same; longer ones also where they are a part. */
    private static final int LONG = 8;

    private final @Nullable List<Glob> variables;
    private final @Nullable List<Glob> files;
    private final List<String> ownValues;
    private final List<Path> ownFiles;

    private SecretRules(
            @Nullable List<Glob> variables, @Nullable List<Glob> files, List<String> ownValues, List<Path> ownFiles) {
        this.variables = variables;
        this.files = files;
        this.ownValues = List.copyOf(ownValues);
        this.ownFiles = List.copyOf(ownFiles);
    }

    /**
     * Rules of a worker.
     *
     * @param listed such as {@code env:STRIPE_*, file:agents/*}; null for what is given where nothing is listed
     * @param ownValues the worker's own secrets
     * @param ownFiles the files that they are in
     * @throws IllegalArgumentException where the list cannot be understood; the message says what is wrong
     */
    public static SecretRules of(@Nullable String listed, Collection<String> ownValues, Collection<Path> ownFiles) {
        List<String> values =
                ownValues.stream().filter(value -> !value.isBlank()).toList();
        if (listed == null) {
            return new SecretRules(null, null, values, List.copyOf(ownFiles));
        }
        List<Glob> variables = new ArrayList<>();
        List<Glob> files = new ArrayList<>();
        for (String entry : SEPARATOR.splitAsStream(listed.strip()).toList()) {
            if (entry.startsWith(OF_VARIABLES) && entry.length() > OF_VARIABLES.length()) {
                variables.add(Glob.of(entry.substring(OF_VARIABLES.length())));
            } else if (entry.startsWith(OF_FILES) && entry.length() > OF_FILES.length()) {
                files.add(Glob.of(entry.substring(OF_FILES.length())));
            } else {
                throw new IllegalArgumentException("has an entry that is neither env:NAME nor file:NAME");
            }
        }
        return new SecretRules(variables, files, values, List.copyOf(ownFiles));
    }

    /** What speaks against giving a variable; empty where nothing does. */
    Optional<String> refusesVariable(String name, @Nullable String value) {
        List<Glob> listed = variables;
        boolean isListed =
                listed == null ? name.startsWith(OF_AGENTS) : listed.stream().anyMatch(glob -> glob.matches(name));
        if (!isListed) {
            return Optional.of("which definitions may not read");
        }
        return value != null && isOwn(value)
                ? Optional.of("which holds a secret of the worker's own")
                : Optional.empty();
    }

    /** What speaks against giving a file of a folder, by its name alone; empty where nothing does. */
    Optional<String> refusesFile(Path folder, String name) {
        List<Glob> listed = files;
        if (listed == null) {
            return holdsOwn(folder)
                    ? Optional.of("but POSTROAD_SECRETS_DIR holds secrets of the worker's own too")
                    : Optional.empty();
        }
        return listed.stream().anyMatch(glob -> glob.matches(name))
                ? Optional.empty()
                : Optional.of("which definitions may not read");
    }

    /** What speaks against giving what a file holds; empty where nothing does. */
    Optional<String> refusesContent(Path file, String value) {
        boolean isOwnFile = ownFiles.stream().anyMatch(own -> isSame(own, file));
        return isOwnFile || isOwn(value) ? Optional.of("which holds a secret of the worker's own") : Optional.empty();
    }

    private boolean isOwn(String value) {
        return ownValues.stream().anyMatch(own -> own.length() < LONG ? value.equals(own) : value.contains(own));
    }

    private boolean holdsOwn(Path folder) {
        return ownFiles.stream().anyMatch(own -> {
            Path parent = own.toAbsolutePath().getParent();
            return parent != null && isSame(parent, folder);
        });
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException gone) {
            return one.toAbsolutePath()
                    .normalize()
                    .equals(other.toAbsolutePath().normalize());
        }
    }

    /** Leaves out the secrets. */
    @Override
    public String toString() {
        return "SecretRules[" + (variables == null ? "none listed" : "listed") + "]";
    }
}
