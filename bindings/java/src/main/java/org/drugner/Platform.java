package org.drugner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Locale;

/** The machine: its name among the native libraries of the jar, and what keeps a library from being loaded on it. */
final class Platform {
    private Platform() {}

    /** Such as {@code linux-x86_64} or {@code linux-aarch64-musl}. */
    static String name() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return name(os, arch, os.startsWith("linux") && isMusl(read(Paths.get("/proc/self/maps"))));
    }

    static String name(String os, String arch, boolean musl) {
        String system = os.startsWith("windows") ? "windows" : os.startsWith("mac") ? "macos" : os.replace(' ', '_');
        String processor = arch.equals("amd64") || arch.equals("x86-64") ? "x86_64" : arch;
        return system + "-" + (processor.equals("arm64") ? "aarch64" : processor) + (musl ? "-musl" : "");
    }

    /** Whether this process, whose mapped files {@code maps} lists, runs on musl instead of glibc. */
    static boolean isMusl(String maps) {
        return maps.contains("/ld-musl-") || maps.contains("/libc.musl-");
    }

    /** The mount point of {@code folder} if programs and libraries there are not run, else null. */
    static String noexecMount(Path folder) {
        try {
            return noexecMount(folder.toRealPath(), read(Paths.get("/proc/self/mounts")));
        } catch (IOException e) {
            return null;
        }
    }

    static String noexecMount(Path folder, String mounts) {
        String longest = null;
        boolean noexec = false;
        for (String line : mounts.split("\n")) {
            String[] columns = line.split(" ");
            if (columns.length < 4) {
                continue;
            }
            String point = columns[1].replace("\\040", " ");
            // The later of two equal mounts hides the earlier one.
            if (folder.startsWith(point) && (longest == null || point.length() >= longest.length())) {
                longest = point;
                noexec = ("," + columns[3] + ",").contains(",noexec,");
            }
        }
        return noexec ? longest : null;
    }

    /** Empty where there is no such file. */
    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
