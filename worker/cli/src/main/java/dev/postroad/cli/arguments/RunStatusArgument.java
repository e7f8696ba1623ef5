package dev.postroad.cli.arguments;

import dev.postroad.contracts.message.RunStatus;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the public names of statuses. */
final class RunStatusArgument implements ITypeConverter<RunStatus> {
    @Override
    public RunStatus convert(String name) {
        return Arrays.stream(RunStatus.values())
                .filter(known -> known.publicName().equals(name))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("is \"" + name + "\"; use one of "
                        + Arrays.stream(RunStatus.values())
                                .map(RunStatus::publicName)
                                .collect(Collectors.joining(", "))));
    }
}
