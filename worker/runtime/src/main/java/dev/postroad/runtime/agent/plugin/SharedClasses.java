package dev.postroad.runtime.agent.plugin;

import java.util.List;

/**
 * What plug-ins see of the worker: the JDK, the interface of Java agents, the JSON trees that it speaks in, and logging.
 * Everything else a plug-in brings along, in whatever version, without meeting the worker's. Thread-safe.
 *
 * <p>Of resources only the JDK's are shown: a service loader would else find the agents of the worker's class path.
 */
final class SharedClasses extends ClassLoader {
    private static final List<String> PACKAGES = List.of(
            "dev.postroad.contracts.",
            "com.fasterxml.jackson.core.",
            "com.fasterxml.jackson.databind.",
            "com.fasterxml.jackson.annotation.",
            "org.jspecify.annotations.",
            "org.slf4j.");

    private final ClassLoader worker;

    /** @param worker sees all the worker's classes */
    SharedClasses(ClassLoader worker) {
        super("postroad-shared", ClassLoader.getPlatformClassLoader());
        this.worker = worker;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (PACKAGES.stream().anyMatch(name::startsWith)) {
            return worker.loadClass(name);
        }
        throw new ClassNotFoundException(name);
    }
}
