package dev.postroad.runtime.config;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.runtime.agent.attempt.SecretRules;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is set, by the environment and by the file that {@code POSTROAD_CONFIG} names; the environment wins, and what is
 * blank is not set. Immutable.
 */
public final class Variables {
    private static final String OF_OPEN_TELEMETRY = "OTEL_";
    private static final String OF_EXPORTER = "OTEL_EXPORTER_";

    private final Map<String, String> environment;
    private final Map<String, String> own;
    private final List<String> ownFiles;
    private final List<Fault> faults;

    private Variables(
            Map<String, String> environment, Map<String, String> own, List<String> ownFiles, List<Fault> faults) {
        this.environment = Map.copyOf(environment);
        this.own = Map.copyOf(own);
        this.ownFiles = List.copyOf(ownFiles);
        this.faults = List.copyOf(faults);
    }

    /** Reads the file, if one is named. What is wrong is reported when the settings are read. */
    public static Variables of(Map<String, String> environment) {
        List<Fault> faults = new FaultList();
        Map<String, String> own = new TreeMap<>();
        String file = environment.getOrDefault(Setting.CONFIG.variable(), "");
        if (!file.isBlank()) {
            own.putAll(read(Path.of(file), faults));
        }
        environment.forEach((name, value) -> {
            if (name.startsWith(Setting.PREFIX) && !ServiceLink.is(name, value)) {
                own.put(name, value);
            }
        });
        own.keySet().removeIf(Variables::isOfAgents);
        own.values().removeIf(String::isBlank);
        List<String> ownFiles = Stream.concat(own.entrySet().stream(), environment.entrySet().stream())
                .filter(each -> namesOwnFile(each.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        Setting.secrets().forEach(secret -> SecretFile.replace(own, secret, faults));
        own.keySet().forEach(name -> NameCheck.fault(name).ifPresent(faults::add));
        return new Variables(environment, own, ownFiles, faults);
    }

    private static Map<String, String> read(Path file, List<Fault> faults) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException unreadable) {
            faults.add(new Fault(
                    Setting.CONFIG.variable(),
                    "names " + file + ", which cannot be read (" + unreadable + ")",
                    "name a file of lines like POSTROAD_GROUP=postroad, or unset it"));
        }
        Map<String, String> values = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));
        return values;
    }

    /** The value of a setting, or its default. */
    public Optional<String> value(Setting setting) {
        return given(setting).or(setting::unlessSet);
    }

    /** The value of a setting where somebody set it. */
    public Optional<String> given(Setting setting) {
        return Optional.ofNullable(own.get(setting.variable()));
    }

    /** The same with another value for a setting. */
    public Variables with(Setting setting, String value) {
        Map<String, String> changed = new HashMap<>(own);
        changed.put(setting.variable(), value);
        return new Variables(environment, changed, ownFiles, faults);
    }

    Map<String, String> own() {
        return own;
    }

    /** What OpenTelemetry's SDK reads; what is blank is not set. */
    Map<String, String> openTelemetry() {
        Map<String, String> given = new HashMap<>(environment);
        given.entrySet()
                .removeIf(each -> !each.getKey().startsWith(OF_OPEN_TELEMETRY)
                        || each.getValue().isBlank());
        return given;
    }

    /** What agents may refer to; our own settings hold secrets that are none of their business. */
    Map<String, String> ofOthers() {
        Map<String, String> others = new HashMap<>(environment);
        others.keySet()
                .removeIf(
                        name -> name.startsWith(OF_EXPORTER) || (name.startsWith(Setting.PREFIX) && !isOfAgents(name)));
        return others;
    }

    /** The files that hold secrets of the worker's own. */
    List<String> ownFiles() {
        return ownFiles;
    }

    /** Whether a variable is for definitions to refer to, and no setting. */
    private static boolean isOfAgents(String name) {
        return name.startsWith(SecretRules.OF_AGENTS) && !Setting.isKnown(name);
    }

    /** Of Kafka's clients, those with their keys too. */
    private static boolean namesOwnFile(String name) {
        if (!name.startsWith(Setting.PREFIX)) {
            return name.startsWith(OF_EXPORTER) && name.endsWith("_KEY");
        }
        return name.equals(Setting.CONFIG.variable())
                || name.endsWith(Setting.FILE_SUFFIX)
                || name.endsWith("_KEY")
                || name.endsWith("_LOCATION");
    }

    List<Fault> faults() {
        return faults;
    }

    /** Names only, as values may be secret. */
    @Override
    public String toString() {
        return "Variables" + own.keySet();
    }
}
